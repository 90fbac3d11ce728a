import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import type { Metrics } from "../../metrics/metrics.ts";
import { documented } from "../openapi.ts";

/** GET /metrics, as Prometheus reads it; asks for the key as everything else does. */
export function metrics({ render, contentType }: Pick<Metrics, "render" | "contentType">) {
  return new Elysia({ name: "metrics" }).get(
    "/metrics",
    async () => new Response(await render(), { headers: { "content-type": contentType } }),
    {
      detail: documented({
        summary: "Tell what was measured, for Prometheus",
        answer: { "text/plain": Type.String() },
      }),
    },
  );
}
