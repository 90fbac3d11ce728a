import { Elysia } from "elysia";
import { Health, Liveness, Readiness } from "../../api/operate/health.ts";
import { documented } from "../openapi.ts";

export interface HealthRouteDeps {
  readHealth: () => Health;
  /** Why it would not serve a request now; none: it would. */
  readReadiness: () => string[];
}

/** GET /health, /health/live and /health/ready: open to everyone. Only the last has another status than 200. */
export function health({ readHealth, readReadiness }: HealthRouteDeps) {
  return new Elysia({ name: "health" })
    .get("/health", () => readHealth(), {
      detail: documented({
        summary: "Tell how the server is",
        answer: { "application/json": Health },
        open: true,
      }),
    })
    .get("/health/live", (): Liveness => ({ status: "live" }), {
      detail: documented({
        summary: "Tell that the server answers",
        answer: { "application/json": Liveness },
        open: true,
      }),
    })
    .get(
      "/health/ready",
      ({ set }): Readiness => {
        const reasons = readReadiness();
        if (reasons.length === 0) return { status: "ready", reasons };
        set.status = 503;
        set.headers["retry-after"] = "5";
        return { status: "not_ready", reasons };
      },
      {
        detail: documented({
          summary: "Tell whether the server would serve: 200, or 503 with the reasons",
          answer: { "application/json": Readiness },
          unready: { "application/json": Readiness },
          open: true,
        }),
      },
    );
}
