import { type Static, Type } from "@sinclair/typebox";
import type { ServerHealth } from "../../serving/health.ts";
import { orNull } from "../nullable.ts";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

const EngineHealth = Type.Object({
  name: Type.String(),
  state: Type.Union([
    Type.Literal("unknown", { description: "The server is still looking" }),
    Type.Literal("ready"),
    Type.Literal("missing"),
    Type.Literal("broken"),
  ]),
  reason: orNull(Type.String({ description: "Why it does not run, and what fixes it" })),
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

/** GET /health/live: the server answers at all. */
export const Liveness = Type.Object({ status: Type.Literal("live") });

/** GET /health/ready, with status 200 or 503. */
export const Readiness = Type.Object({
  status: Type.Union([Type.Literal("ready"), Type.Literal("not_ready")]),
  /** Why not, as sentences. */
  reasons: Type.Array(Type.String()),
});

export type Liveness = Static<typeof Liveness>;
export type Readiness = Static<typeof Readiness>;

export interface HealthRoutesDeps {
  readHealth: () => ServerHealth;
  /** Why the server would not serve a request now; none: it would. */
  readReadiness: () => string[];
}

/** GET /health, /health/live and /health/ready: open to everyone. Only the last has another status than 200. */
export function createHealthRoutes({ readHealth, readReadiness }: HealthRoutesDeps): Route[] {
  const common = { method: "GET", dialect: openai, open: true, quiet: true } as const;
  return [
    bodiless({
      ...common,
      path: "/health",
      handle: () => ({ type: "json", body: toHealth(readHealth()) }),
      doc: { summary: "Server health", answer: { "application/json": Health } },
    }),
    bodiless({
      ...common,
      path: "/health/live",
      handle: () => ({ type: "json", body: { status: "live" } satisfies Liveness }),
      doc: { summary: "Check that the server answers", answer: { "application/json": Liveness } },
    }),
    bodiless({
      ...common,
      path: "/health/ready",
      handle() {
        const reasons = readReadiness();
        if (reasons.length === 0) return { type: "json", body: { status: "ready", reasons } };
        const body: Readiness = { status: "not_ready", reasons };
        return { type: "json", status: 503, headers: { "retry-after": "5" }, body };
      },
      doc: {
        summary: "Check that the server can serve requests: 200, or 503 with the reasons",
        answer: { "application/json": Readiness },
        unready: { "application/json": Readiness },
      },
    }),
  ];
}

function toHealth(health: ServerHealth): Health {
  const { reason, version, started, pid, device, engine, engines, registered, onDisk, loaded } = health;
  return {
    status: reason === null ? "ok" : "degraded",
    reason,
    version,
    started: started.toISOString(),
    pid,
    device,
    engine,
    engines: engines.map(({ deviceNames: _names, ...report }) => report),
    registered,
    on_disk: onDisk,
    loaded,
  };
}
