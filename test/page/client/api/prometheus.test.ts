import { expect, test } from "bun:test";
import { createMetrics } from "../../../../src/metrics/metrics.ts";
import { readByModel } from "../../../../src/page/client/api/prometheus.ts";

test("the server's own metrics are read by model, whatever its name", async () => {
  const name = 'a "model"\\ with } signs';
  const readModels = () => new Map([[name, { running: 3, waiting: 2, grammars: { held: 0, bytes: 0 } }]]);
  const metrics = createMetrics({ version: "0", readModels });
  metrics.observe({ topic: "model", type: "kv_cache", model: name, usage: 0.25 });
  const text = await metrics.render();
  expect(readByModel(text, "ov_llm_num_requests_running")).toEqual(new Map([[name, 3]]));
  expect(readByModel(text, "ov_llm_kv_cache_usage_perc")).toEqual(new Map([[name, 0.25]]));
  expect(readByModel(text, "ov_llm_num_requests")).toEqual(new Map());
});
