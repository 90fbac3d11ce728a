import { createOpenAiRoutes, type OpenAiRoutesDeps } from "../api/openai/routes.ts";
import { createOperateRoutes, type OperateRoutesDeps } from "../api/operate/routes.ts";
import type { Route } from "../api/route.ts";
import { type ChatsDeps, createChats } from "../serving/chat.ts";
import { createRunningRequests } from "../serving/running.ts";
import { createTokenize, type UseTokenizer } from "../serving/tokenize.ts";

export type RoutesDeps = Omit<OpenAiRoutesDeps & OperateRoutesDeps, "chats" | "tokenize" | "running"> &
  Omit<ChatsDeps, "running"> & { useTokenizer: UseTokenizer };

/** Every route that is served, over the services that they share. */
export function createRoutes(deps: RoutesDeps): Route[] {
  const running = createRunningRequests();
  const chats = createChats({ ...deps, running });
  const tokenize = createTokenize({ use: deps.useTokenizer, requestSeconds: deps.requestSeconds });
  return [
    ...createOpenAiRoutes({ ...deps, chats }),
    ...createOperateRoutes({ ...deps, chats, tokenize, running }),
  ];
}
