import { Type } from "@sinclair/typebox";
import { openai } from "../openai/errors.ts";
import { bodiless, type Route } from "../route.ts";

export interface MetricsRoutesDeps {
  metrics: {
    /** Prometheus' text format. */
    render(): Promise<string>;
    readonly contentType: string;
  };
}

/** GET /metrics, as Prometheus reads it; requires the key as everything else does. */
export function createMetricsRoutes({ metrics }: MetricsRoutesDeps): Route[] {
  return [
    bodiless({
      method: "GET",
      path: "/metrics",
      dialect: openai,
      quiet: true,
      handle: async () => ({ type: "raw", contentType: metrics.contentType, body: await metrics.render() }),
      doc: { summary: "Metrics for Prometheus", answer: { "text/plain": Type.String() } },
    }),
  ];
}
