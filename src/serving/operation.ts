import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import type { RunningRequest, RunningRequests } from "./running.ts";

export interface OperationDeps {
  pool: Pick<Pool, "use">;
  catalog: Pick<Catalog, "toTarget">;
  running: Pick<RunningRequests, "run">;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
}

/** The client, and the ids by which the request can be cancelled. */
export interface Asker extends RunningRequest {
  /** For the order of turns. */
  client: string;
  signal: AbortSignal;
  /** How long the model stays afterwards, see `ModelTarget`; null: as in its entry. */
  keepSeconds?: number | null;
}

/** The events of one operation on a loaded model. */
export type Work<Event> = (lease: Lease, signal: AbortSignal) => AsyncIterable<Event>;

/**
 * Runs an operation whose answer is not streamed: waits for the model and for a turn, within the request's time, and
 * returns all its events. Throws OvErrors and the signal's reason.
 */
export function createOperation({ pool, catalog, running, requestSeconds }: OperationDeps) {
  return <Event>(model: CatalogModel, asker: Asker, work: Work<Event>): Promise<Event[]> => {
    const { client, signal, keepSeconds = null } = asker;
    const target = { ...catalog.toTarget(model), keepSeconds };
    const events = running.run(asker, { signal, seconds: requestSeconds }, (bound) =>
      pool.use(target, { client, signal: bound }, (lease) => work(lease, bound)),
    );
    return Array.fromAsync(events);
  };
}

/**
 * The tokens to which the engine may cut a text, from the client's value: at most the model's maximum; null: a
 * longer one is refused.
 */
export function toCut(maxTokens: number | null, most: number): number | null {
  return maxTokens === null ? null : Math.min(maxTokens, most);
}
