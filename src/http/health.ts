import { existsSync } from "node:fs";
import type { Pool } from "../engine/pool.ts";
import type { Health } from "../openai/health.ts";
import type { Registry } from "../registry/watcher.ts";
import type { Catalog } from "./catalog.ts";

/** What the daemon found out about the engine; null while it is still looking. */
export interface EngineState {
  device: string | null;
  engine: Health["engine"];
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

/** Why a request would not be served now, as sentences; none: it would. */
export function findReasonsNotToServe({ engine, failure }: EngineState, stopping: boolean): string[] {
  const reasons = stopping ? ["The server is stopping."] : [];
  if (failure !== null) reasons.push(failure);
  else if (engine === null) reasons.push("The engine is still being looked at.");
  return reasons;
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
    registered: models.length,
    on_disk: models.filter(({ entry }) => existsSync(entry.path)).length,
    loaded: [...pool.status()].filter(([, { state }]) => state === "ready").map(([name]) => name),
  };
}
