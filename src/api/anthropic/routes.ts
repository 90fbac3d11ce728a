import type { Route } from "../route.ts";
import { createMessagesRoutes, type MessagesRoutesDeps } from "./messages/routes.ts";
import { type AnthropicModelsDeps, createAnthropicModels } from "./models.ts";

export type AnthropicRoutesDeps = MessagesRoutesDeps & AnthropicModelsDeps;

export function createAnthropicRoutes(deps: AnthropicRoutesDeps): Route[] {
  return [...createMessagesRoutes(deps), ...createAnthropicModels(deps)];
}
