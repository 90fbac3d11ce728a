import type { Route } from "../route.ts";
import { type AudioRoutesDeps, createAudioRoutes } from "./audio/routes.ts";
import { type ChatRoutesDeps, createChatRoutes } from "./chat/routes.ts";
import { type ClassifyRoutesDeps, createClassifyRoutes } from "./classify/routes.ts";
import { type CompletionsRoutesDeps, createCompletionsRoutes } from "./completions/routes.ts";
import { createEmbeddingsRoutes, type EmbeddingsRoutesDeps } from "./embeddings/route.ts";
import { createStudioRoutes, type StudioRoutesDeps } from "./lm-studio.ts";
import { createModelsRoutes, type ModelsRoutesDeps } from "./models.ts";
import { createRankRoutes, type RankRoutesDeps } from "./rank/routes.ts";
import { createResponsesRoutes, type ResponsesRoutesDeps } from "./responses/routes.ts";
import { createStoredResponsesRoutes, type StoredResponsesDeps } from "./responses/stored-routes.ts";
import { createUnservedResponsesRoute } from "./responses/unserved.ts";

export type OpenAiRoutesDeps = ChatRoutesDeps &
  CompletionsRoutesDeps &
  EmbeddingsRoutesDeps &
  AudioRoutesDeps &
  RankRoutesDeps &
  ClassifyRoutesDeps &
  ModelsRoutesDeps &
  StudioRoutesDeps &
  ResponsesRoutesDeps &
  StoredResponsesDeps;

export function createOpenAiRoutes(deps: OpenAiRoutesDeps): Route[] {
  return [
    ...createModelsRoutes(deps),
    ...createStudioRoutes(deps),
    ...createChatRoutes(deps),
    ...createCompletionsRoutes(deps),
    ...createEmbeddingsRoutes(deps),
    ...createRankRoutes(deps),
    ...createClassifyRoutes(deps),
    ...createAudioRoutes(deps),
    ...createResponsesRoutes(deps),
    // Before the routes with an id, as its path fits theirs.
    createUnservedResponsesRoute(),
    ...createStoredResponsesRoutes(deps),
  ];
}
