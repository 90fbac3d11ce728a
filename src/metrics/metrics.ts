import { Registry } from "prom-client";
import type { ObserveModel } from "../engine/pool/events.ts";
import { addModelMetrics, type ModelLoad } from "./models.ts";
import { addProcessMetrics } from "./process.ts";
import { addRequestMetrics, type FinishedRequest } from "./requests.ts";

export interface Metrics {
  observeModel: ObserveModel;
  observeRequest(request: FinishedRequest): void;
  /** All metrics as Prometheus reads them: text format 0.0.4. */
  render(): Promise<string>;
  readonly contentType: string;
}

export interface MetricsOptions {
  version: string;
  /** What each loaded model does now. */
  readModels: () => ReadonlyMap<string, ModelLoad>;
}

/**
 * What a Prometheus server asks for. Counted as it happens, or read when it is asked: nothing runs in between.
 * Names and meanings follow vLLM's, under `ov_llm_`; `model` is always a registered name.
 */
export function createMetrics({ version, readModels }: MetricsOptions): Metrics {
  const registry = new Registry();
  addProcessMetrics(registry, version);
  return {
    observeModel: addModelMetrics(registry, readModels),
    observeRequest: addRequestMetrics(registry),
    render: () => registry.metrics(),
    contentType: registry.contentType,
  };
}
