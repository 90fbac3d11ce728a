import type { StoredResponse } from "../api/openai/responses/input.ts";
import { createOpenAiRoutes, type OpenAiRoutesDeps } from "../api/openai/routes.ts";
import { createOperateRoutes, type OperateRoutesDeps } from "../api/operate/routes.ts";
import type { Route } from "../api/route.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Catalog } from "../serving/catalog.ts";
import { createKeptAnswers } from "../serving/kept.ts";
import { createRates } from "../serving/rates.ts";
import { createRunningRequests } from "../serving/running.ts";
import { createTextService, type TextServiceDeps } from "../serving/text.ts";
import { createTokenizeService } from "../serving/tokenize.ts";

type Services = "text" | "tokenize" | "running" | "rates" | "responses";

/** What `store` of /v1/responses keeps in memory at most. */
const keptResponses = { most: 1000, bytes: 64 * 2 ** 20, seconds: 24 * 3600 };

export type RoutesDeps = Omit<OpenAiRoutesDeps & OperateRoutesDeps, Services> &
  Omit<TextServiceDeps, Services> & { pool: Pool; catalog: Catalog };

/** Every route that is served, over the services that they share. */
export function createRoutes(deps: RoutesDeps): Route[] {
  const running = createRunningRequests();
  const rates = createRates();
  const text = createTextService({ ...deps, running, rates });
  const tokenize = createTokenizeService(deps);
  const responses = createKeptAnswers<StoredResponse>(keptResponses);
  const services = { ...deps, text, tokenize, running, rates, responses };
  return [...createOpenAiRoutes(services), ...createOperateRoutes(services)];
}
