import { type Static, Type } from "@sinclair/typebox";

const orNull = <T extends Parameters<typeof Type.Optional>[0]>(schema: T) =>
  Type.Union([schema, Type.Null()]);

const EngineHealth = Type.Object({
  name: Type.String(),
  state: Type.Union([
    Type.Literal("unknown", { description: "It is being looked at" }),
    Type.Literal("ready"),
    Type.Literal("missing"),
    Type.Literal("broken"),
  ]),
  reason: orNull(Type.String({ description: "Why it does not run, and what mends it" })),
  versions: Type.Record(Type.String(), Type.String()),
  devices: Type.Array(Type.String()),
});

/** The answer of GET /health. */
export const Health = Type.Object({
  status: Type.Union([Type.Literal("ok"), Type.Literal("degraded")]),
  reason: orNull(Type.String({ description: "Why it is degraded" })),
  version: Type.String(),
  started: Type.String({ description: "ISO 8601, UTC" }),
  pid: Type.Integer(),
  device: orNull(Type.String({ description: "Where models run that name no device; null: not known yet" })),
  engine: orNull(
    Type.Object(
      { name: Type.String(), versions: Type.Record(Type.String(), Type.String()) },
      { description: "Runs the models that name none; null: not known yet, or there is none" },
    ),
  ),
  engines: Type.Array(EngineHealth, { description: "Every kind of engine, installed or not" }),
  registered: Type.Integer({ description: "Models that requests can name" }),
  on_disk: Type.Integer({ description: "Those of them whose path exists" }),
  loaded: Type.Array(Type.String()),
});
export type Health = Static<typeof Health>;

/** GET /health/live: it answers at all. */
export const Liveness = Type.Object({ status: Type.Literal("live") });

/** GET /health/ready, with status 200 or 503. */
export const Readiness = Type.Object({
  status: Type.Union([Type.Literal("ready"), Type.Literal("not_ready")]),
  /** Why not, as sentences. */
  reasons: Type.Array(Type.String()),
});

export type Liveness = Static<typeof Liveness>;
export type Readiness = Static<typeof Readiness>;
