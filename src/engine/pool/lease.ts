import type { LoadedModel } from "../model/loaded.ts";
import type { ModelTarget } from "../model/target.ts";
import type { Holds } from "./holds.ts";
import type { PoolReport } from "./report.ts";
import { isDead, type Slot } from "./slot.ts";
import { untilAborted } from "./until-aborted.ts";

/** The right to use a loaded model for one operation, as long as the work with it runs. */
export interface Lease {
  readonly model: LoadedModel;
  /** Changes whenever the same request could get another answer: another model, device or engine version. */
  readonly fingerprint: string;
}

/** Who wants a lease. */
export interface LeaseUser {
  /** The client whose turn it takes: clients are served in turn. */
  client: string;
  /** Ends the wait; the work has to watch it itself. */
  signal: AbortSignal;
}

/** A request that crashes its engine before its first value must not crash one engine after another forever. */
const mostEngines = 3;

/** How leases are given: see `Pool.use`. `hold` and `release` bracket every use of a slot. */
export function createUse(
  { hold, release }: { hold: (target: ModelTarget) => Slot; release: Holds["release"] },
  report: Pick<PoolReport, "admitted">,
  now: () => number,
) {
  return async function* use<T>(
    target: ModelTarget,
    { client, signal }: LeaseUser,
    work: (lease: Lease) => AsyncIterable<T> | Promise<AsyncIterable<T>>,
  ): AsyncGenerator<T> {
    const arrived = now();
    let admitted = false;
    for (let engines = 1; ; engines += 1) {
      const slot = hold(target);
      let hasYielded = false;
      try {
        const { model, fingerprint, queue } = await untilAborted(slot.whenLoaded, signal);
        const leave = await queue.enter(client, signal);
        try {
          if (!admitted) report.admitted(slot, arrived);
          admitted = true;
          for await (const value of await work({ model, fingerprint })) {
            hasYielded = true;
            yield value;
          }
          return;
        } finally {
          leave();
        }
      } catch (error) {
        if (hasYielded || signal.aborted || engines === mostEngines || !mayBeReplaced(slot)) throw error;
      } finally {
        release(slot);
      }
    }
  };
}

/** Whether another engine may take over from a dead one: not when its entry is no longer in force. */
function mayBeReplaced(slot: Slot): boolean {
  return isDead(slot) && slot.leaving !== "changed";
}
