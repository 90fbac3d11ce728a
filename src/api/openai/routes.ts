import type { Route } from "../route.ts";
import { type ChatRoutesDeps, createChatRoutes } from "./chat/routes.ts";
import { type CompletionsRoutesDeps, createCompletionsRoutes } from "./completions/routes.ts";
import { createModelsRoutes, type ModelsRoutesDeps } from "./models.ts";

export type OpenAiRoutesDeps = ChatRoutesDeps & CompletionsRoutesDeps & ModelsRoutesDeps;

export function createOpenAiRoutes(deps: OpenAiRoutesDeps): Route[] {
  return [...createModelsRoutes(deps), ...createChatRoutes(deps), ...createCompletionsRoutes(deps)];
}
