import { anthropic } from "../api/anthropic/errors.ts";
import { type AnthropicRoutesDeps, createAnthropicRoutes } from "../api/anthropic/routes.ts";
import { ollama } from "../api/ollama/errors.ts";
import { createOllamaRoutes, type OllamaRoutesDeps } from "../api/ollama/routes.ts";
import { openai } from "../api/openai/errors.ts";
import type { StoredResponse } from "../api/openai/responses/input.ts";
import { createOpenAiRoutes, type OpenAiRoutesDeps } from "../api/openai/routes.ts";
import { createOperateRoutes, type OperateRoutesDeps } from "../api/operate/routes.ts";
import type { Route } from "../api/route.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Catalog } from "../serving/catalog.ts";
import { createClassifyService } from "../serving/classify.ts";
import { createEmbedService } from "../serving/embed.ts";
import { createKeptAnswers } from "../serving/kept.ts";
import { createRankService } from "../serving/rank.ts";
import { createRates } from "../serving/rates.ts";
import type { RunningRequests } from "../serving/running.ts";
import { createTextService, type TextServiceDeps } from "../serving/text.ts";
import { createThinkingReader } from "../serving/thinking.ts";
import { createTokenizeService } from "../serving/tokenize.ts";
import { createTranscribeService, type TranscribeDeps } from "../serving/transcribe.ts";

/** The first one handles paths that no prefix claims. */
export const dialects = [openai, anthropic, ollama] as const;

type Services =
  | "text"
  | "embed"
  | "rank"
  | "classify"
  | "transcribe"
  | "tokenize"
  | "rates"
  | "responses"
  | "readThinking";

/** The most that `store` of /v1/responses keeps in memory. */
const keptResponses = { most: 1000, bytes: 64 * 2 ** 20, seconds: 24 * 3600 };

export type RoutesDeps = Omit<
  OpenAiRoutesDeps & AnthropicRoutesDeps & OllamaRoutesDeps & OperateRoutesDeps,
  Services
> &
  Omit<TextServiceDeps, Services> &
  Pick<TranscribeDeps, "keepFile" | "maxAudioSeconds"> & {
    pool: Pool;
    catalog: Catalog;
    running: RunningRequests;
  };

/** Every route that is served, over the services that they share. */
export function createRoutes(deps: RoutesDeps): Route[] {
  const rates = createRates();
  const text = createTextService({ ...deps, rates });
  const tokenize = createTokenizeService(deps);
  const embed = createEmbedService(deps);
  const rank = createRankService(deps);
  const classify = createClassifyService(deps);
  const transcribe = createTranscribeService(deps);
  const responses = createKeptAnswers<StoredResponse>(keptResponses);
  const readThinking = createThinkingReader();
  const services = {
    ...deps,
    text,
    embed,
    rank,
    classify,
    transcribe,
    tokenize,
    rates,
    responses,
    readThinking,
  };
  return [
    ...createOpenAiRoutes(services),
    ...createAnthropicRoutes(services),
    ...createOllamaRoutes(services),
    ...createOperateRoutes(services),
  ];
}
