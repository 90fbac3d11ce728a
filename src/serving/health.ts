import { existsSync } from "node:fs";
import type { Health } from "../api/operate/health.ts";
import type { EngineReport } from "../engine/kinds/kind.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Registry } from "../registry/watcher.ts";
import type { Catalog } from "./catalog.ts";

/** What the daemon found out about its engines; null while it is still looking. */
export interface EngineState {
  device: string | null;
  /** The one that runs models which name none. */
  engine: Health["engine"];
  engines: EngineReport[];
  /** Why models cannot run. */
  failure: string | null;
}

export interface HealthDeps {
  version: string;
  started: Date;
  registry: Registry;
  catalog: Catalog;
  pool: Pool;
  engine: () => EngineState;
}

export interface Readiness {
  engine: EngineState;
  stopping: boolean;
  preloading: boolean;
}

/** Why a request would not be served now, as sentences; none: it would. */
export function findReasonsNotToServe({ engine, stopping, preloading }: Readiness): string[] {
  const found = engine.failure ?? (engine.engine === null ? "The engine is still being looked at." : null);
  return [
    ...(stopping ? ["The server is stopping."] : []),
    ...(found === null ? [] : [found]),
    ...(preloading ? ["Models are still being loaded (OV_PRELOAD, pinned ones)."] : []),
  ];
}

export function readHealth({ version, started, registry, catalog, pool, engine }: HealthDeps): Health {
  const state = engine();
  const reason = registry.current().reason ?? state.failure;
  const models = catalog.list();
  return {
    status: reason === null ? "ok" : "degraded",
    reason,
    version,
    started: started.toISOString(),
    pid: process.pid,
    device: state.device,
    engine: state.engine,
    engines: state.engines.map(({ deviceNames: _names, ...report }) => report),
    registered: models.length,
    on_disk: models.filter(({ entry }) => existsSync(entry.path)).length,
    loaded: [...pool.status()].filter(([, { state }]) => state === "ready").map(([name]) => name),
  };
}
