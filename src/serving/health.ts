import { existsSync } from "node:fs";
import type { EngineReport } from "../engine/kinds/kind.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Registry } from "../registry/registry.ts";
import type { Catalog } from "./catalog.ts";

/** What the daemon found out about its engines; null while it is still looking. */
export interface EngineState {
  device: string | null;
  /** The one that runs models which name none. */
  engine: { name: string; versions: Record<string, string> } | null;
  engines: EngineReport[];
  /** Why models cannot run. */
  failure: string | null;
}

export interface HealthDeps {
  version: string;
  started: Date;
  registry: Registry;
  catalog: Catalog;
  pool: Pick<Pool, "status">;
  engine: () => EngineState;
}

export interface ServerHealth extends EngineState {
  version: string;
  started: Date;
  pid: number;
  /** Why it cannot serve as it should; null: it can. */
  reason: string | null;
  /** Models that requests can name, and those of them whose path exists. */
  registered: number;
  onDisk: number;
  /** The names of those that are ready. */
  loaded: string[];
}

export function readHealth({ version, started, registry, catalog, pool, engine }: HealthDeps): ServerHealth {
  const state = engine();
  const models = catalog.list();
  return {
    ...state,
    version,
    started,
    pid: process.pid,
    reason: registry.current().reason ?? state.failure,
    registered: models.length,
    onDisk: models.filter(({ entry }) => existsSync(entry.path)).length,
    loaded: [...pool.status()].filter(([, { state }]) => state === "ready").map(([name]) => name),
  };
}

export interface Readiness {
  engine: EngineState;
  stopping: boolean;
  preloading: boolean;
}

/** Why a request would not be served now, as sentences; none: it would. */
export function findReasonsNotToServe({ engine, stopping, preloading }: Readiness): string[] {
  const found =
    engine.failure ?? (engine.engine === null ? "The server is still looking for its engine." : null);
  return [
    ...(stopping ? ["The server is stopping."] : []),
    ...(found === null ? [] : [found]),
    ...(preloading ? ["Models are still being loaded (OV_PRELOAD, pinned ones)."] : []),
  ];
}
