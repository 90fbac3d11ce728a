import { Counter, Registry } from "prom-client";
import type { ServerEvent } from "../serving/events.ts";
import { addModelMetrics, type ModelLoad } from "./models.ts";
import { addProcessMetrics } from "./process.ts";
import { addRequestMetrics } from "./requests.ts";

export interface Metrics {
  /** A subscriber of the server's events. */
  observe(event: ServerEvent): void;
  /** All metrics as Prometheus reads them: text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  version: string;
  /** The present state of each loaded model. */
  readModels: () => ReadonlyMap<string, ModelLoad>;
}

/**
 * What a Prometheus server reads. Counted from events or computed at a scrape: nothing runs in between.
 * Names and meanings follow vLLM's, under `ov_llm_`; `model` is always a registered name.
 */
export function createMetrics({ version, readModels }: MetricsOptions): Metrics {
  const registry = new Registry();
  addProcessMetrics(registry, version);
  const observeModel = addModelMetrics(registry, readModels);
  const observeRequest = addRequestMetrics(registry);
  const schemaMisses = new Counter({
    name: "ov_llm_schema_misses_total",
    help: "Calls and answers that violate a schema which could not be fully enforced",
    labelNames: ["model"],
    registers: [registry],
  });
  const conversions = new Counter({
    name: "ov_llm_conversions_total",
    help: "Finished pulls through the server, by result: present, registered, converted, failed, cancelled",
    labelNames: ["result"],
    registers: [registry],
  });
  return {
    observe(event) {
      if (event.topic === "schema" && event.type === "missed") schemaMisses.inc({ model: event.model });
      else if (event.topic === "conversion") observeConversion(conversions, event);
      else if (event.topic === "model") observeModel(event);
      else if (event.topic === "request" && event.type === "finished") observeRequest(event);
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}

function observeConversion(counter: Counter, event: Extract<ServerEvent, { topic: "conversion" }>): void {
  if (event.type === "finished") counter.inc({ result: event.result });
  if (event.type !== "failed") return;
  const isCancelled = event.code === "request_cancelled" || event.code === "shutting_down";
  counter.inc({ result: isCancelled ? "cancelled" : "failed" });
}
