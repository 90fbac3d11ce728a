import type { Route } from "../route.ts";
import { createMessageCancel } from "./messages/cancel.ts";
import { createMessagesRoutes, type MessagesRoutesDeps } from "./messages/routes.ts";
import { type AnthropicModelsDeps, createAnthropicModels } from "./models.ts";

export type AnthropicRoutesDeps = MessagesRoutesDeps &
  AnthropicModelsDeps &
  Parameters<typeof createMessageCancel>[0];

export function createAnthropicRoutes(deps: AnthropicRoutesDeps): Route[] {
  return [...createMessagesRoutes(deps), createMessageCancel(deps), ...createAnthropicModels(deps)];
}
