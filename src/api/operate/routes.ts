import type { Route } from "../route.ts";
import { createCancelRoutes } from "./cancel.ts";
import { type CatalogRoutesDeps, createCatalogRoutes } from "./catalog.ts";
import { createDoctorRoutes, type DoctorRoutesDeps } from "./doctor.ts";
import { createEventsRoutes } from "./events.ts";
import { createHealthRoutes, type HealthRoutesDeps } from "./health.ts";
import { createHistoryRoutes, type HistoryRoutesDeps } from "./history.ts";
import { createMetricsRoutes, type MetricsRoutesDeps } from "./metrics.ts";
import { createModelActions, type ModelActionsDeps } from "./models.ts";
import { createPageRoutes, type ReadPage } from "./page.ts";
import { createPullRoutes, type PullRoutesDeps } from "./pulls.ts";
import { createRequestsRoutes } from "./requests.ts";
import { createRootRoutes } from "./root.ts";
import { createTokenizeRoutes, type TokenizeRoutesDeps } from "./tokenize.ts";
import { createTuningsRoutes, type TuningsRoutesDeps } from "./tunings.ts";

export type OperateRoutesDeps = HealthRoutesDeps &
  MetricsRoutesDeps &
  DoctorRoutesDeps &
  ModelActionsDeps &
  PullRoutesDeps &
  CatalogRoutesDeps &
  HistoryRoutesDeps &
  TuningsRoutesDeps &
  TokenizeRoutesDeps &
  Parameters<typeof createCancelRoutes>[0] &
  Parameters<typeof createRequestsRoutes>[0] &
  Parameters<typeof createEventsRoutes>[0] & {
    /** The page for browsers; null: there is none. */
    readPage: ReadPage | null;
  };

/** Our own API, for those who run the server. */
export function createOperateRoutes(deps: OperateRoutesDeps): Route[] {
  return [
    ...createRootRoutes(deps.readPage),
    ...createPageRoutes(deps.readPage),
    ...createHealthRoutes(deps),
    ...createDoctorRoutes(deps),
    ...createMetricsRoutes(deps),
    ...createModelActions(deps),
    ...createRequestsRoutes(deps),
    ...createHistoryRoutes(deps),
    ...createTuningsRoutes(deps),
    ...createCancelRoutes(deps),
    ...createEventsRoutes(deps),
    ...createCatalogRoutes(deps),
    ...createPullRoutes(deps),
    ...createTokenizeRoutes(deps),
  ];
}
