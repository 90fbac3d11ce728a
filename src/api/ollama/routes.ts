import type { Route } from "../route.ts";
import { createEmbedRoutes, type EmbedRoutesDeps } from "./embed-routes.ts";
import { createManageRoutes, type ManageRoutesDeps } from "./manage.ts";
import { createModelsRoutes, type ModelsRoutesDeps } from "./models.ts";
import { createTextRoutes, type TextRoutesDeps } from "./text-routes.ts";
import { createUnservedRoutes } from "./unserved.ts";

export type OllamaRoutesDeps = TextRoutesDeps & EmbedRoutesDeps & ModelsRoutesDeps & ManageRoutesDeps;

/** All that is below /api. */
export function createOllamaRoutes(deps: OllamaRoutesDeps): Route[] {
  return [
    ...createTextRoutes(deps),
    ...createEmbedRoutes(deps),
    ...createModelsRoutes(deps),
    ...createManageRoutes(deps),
    ...createUnservedRoutes(),
  ];
}
