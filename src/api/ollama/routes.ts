import type { Route } from "../route.ts";
import { createEmbedRoutes, type EmbedRoutesDeps } from "./embed-routes.ts";
import { createManageRoutes, type ManageRoutesDeps } from "./manage.ts";
import { createModelsRoutes, type ModelsRoutesDeps } from "./models.ts";
import { createPullRoute, type PullRouteDeps } from "./pull.ts";
import { createTextRoutes, type TextRoutesDeps } from "./text-routes.ts";
import { createUnservedRoutes } from "./unserved.ts";

export type OllamaRoutesDeps = TextRoutesDeps &
  EmbedRoutesDeps &
  ModelsRoutesDeps &
  ManageRoutesDeps &
  PullRouteDeps;

/** All that is below /api. */
export function createOllamaRoutes(deps: OllamaRoutesDeps): Route[] {
  return [
    ...createTextRoutes(deps),
    ...createEmbedRoutes(deps),
    ...createModelsRoutes(deps),
    ...createManageRoutes(deps),
    createPullRoute(deps),
    ...createUnservedRoutes(),
  ];
}
