import { cors } from "@elysiajs/cors";
import { Elysia } from "elysia";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { readJsonBody } from "./body.ts";
import type { Keyring } from "./keyring.ts";
import { openapiDocument } from "./openapi.ts";
import { auth } from "./plugins/auth.ts";
import { errors } from "./plugins/errors.ts";
import { withRequestLog } from "./plugins/request-log.ts";
import { cancel } from "./routes/cancel.ts";
import { type ChatDeps, chatCompletions } from "./routes/chat-completions.ts";
import { type HealthRouteDeps, health } from "./routes/health.ts";
import { metrics } from "./routes/metrics.ts";
import { type ModelsDeps, models } from "./routes/models.ts";

export interface AppDeps extends ChatDeps, ModelsDeps, HealthRouteDeps {
  log: Log;
  keys: Keyring;
  metrics: Pick<Metrics, "observeRequest" | "render" | "contentType">;
  corsOrigins: string[];
  maxBody: number;
}

/** Answers a request from the given client address. */
export type AppHandler = (request: Request, client: string) => Promise<Response>;

/** Routes whose path says it all; what a client sends as a body there is not read. */
const bodiless = /\/(cancel|load|unload)$/;

/** The whole API; never listens itself. */
export function createApp(deps: AppDeps): AppHandler {
  const app = new Elysia({
    normalize: false,
    // Else the path is sought from the 11th character on, and a host of up to three letters ("nas") moves it.
    handler: { standardHostname: false },
  })
    .use(errors(deps.log, () => routes))
    .use(crossOrigin(deps.corsOrigins))
    .use(auth(deps.keys))
    .onParse({ as: "global" }, ({ request, route }) =>
      bodiless.test(route) ? null : readJsonBody(request, deps.maxBody),
    )
    .use(openapiDocument(deps.keys.asks))
    .use(health(deps))
    .use(models(deps))
    .use(chatCompletions(deps))
    .use(cancel(deps.running))
    .use(metrics(deps.metrics));
  const routes = listRoutes(app.routes);
  const { log, newId } = deps;
  return withRequestLog(async (request) => await app.fetch(request), {
    log,
    newId: () => `req_${newId()}`,
    observe: deps.metrics.observeRequest,
  });
}

/** Lets pages of these origins call the API; without any, browsers keep all pages out. */
function crossOrigin(origins: string[]) {
  if (origins.length === 0) return new Elysia();
  return cors({
    origin: origins,
    allowedHeaders: ["authorization", "content-type", "x-request-id"],
    exposeHeaders: ["x-request-id", "retry-after"],
    methods: ["GET", "POST", "OPTIONS"],
    credentials: false,
  });
}

function listRoutes(all: readonly { path: string; method: string }[]): Map<string, string[]> {
  const routes = new Map<string, string[]>();
  for (const { path, method } of all) {
    if (method === "OPTIONS") continue;
    routes.set(path, [...(routes.get(path) ?? []), method]);
  }
  return routes;
}
