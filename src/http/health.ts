import { existsSync } from "node:fs";
import { type Static, Type } from "@sinclair/typebox";
import type { Pool } from "../engine/pool.ts";
import type { Registry } from "../registry/watcher.ts";
import type { Catalog } from "./catalog.ts";

const orNull = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

export const Health = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("degraded")]),
  reason: orNull(Type.String({ description: "Why it is degraded" })),
  version: Type.String(),
  started: Type.String({ description: "ISO 8601, UTC" }),
  pid: Type.Integer(),
  device: orNull(Type.String({ description: "Where models run that name no device; null: not known yet" })),
  engine: orNull(Type.Object({ name: Type.String(), versions: Type.Record(Type.String(), Type.String()) })),
  registered: Type.Integer({ description: "Models that requests can name" }),
  on_disk: Type.Integer({ description: "Those of them whose path exists" }),
  loaded: Type.Array(Type.String()),
});
export type Health = Static<typeof Health>;

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
