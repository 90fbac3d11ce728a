import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { ModelEvent, ObserveModel } from "../engine/model/events.ts";
import { readProcessMemory } from "../linux/process-memory.ts";
import { requestEdges } from "./requests.ts";

export interface ModelLoad {
  running: number;
  waiting: number;
}

const loadEdges = [0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];

/** Metrics of models; returns the function that takes each event. */
export function addModelMetrics(
  registry: Registry,
  readModels: () => ReadonlyMap<string, ModelLoad>,
): ObserveModel {
  const common = { labelNames: ["model"], registers: [registry] };
  const counter = (name: string, help: string, ...labels: string[]) =>
    new Counter({ ...common, name: `ov_llm_${name}`, help, labelNames: ["model", ...labels] });
  const histogram = (name: string, help: string, buckets: number[]) =>
    new Histogram({ ...common, name: `ov_llm_${name}`, help, buckets });
  const queue = histogram(
    "request_queue_time_seconds",
    "How long requests waited for their turn, the load of the model included",
    requestEdges,
  );
  const loading = histogram("model_load_seconds", "How long models took to load", loadEdges);
  const loads = counter("model_loads_total", "Loads of the model");
  const failures = counter("model_load_failures_total", "Loads of the model that failed");
  const unloads = counter("model_unloads_total", "Planned unloads, by reason", "reason");
  const crashes = counter("engine_crashes_total", "Unexpected exits, stalls included");
  const restarts = counter("engine_restarts_total", "Loads of the model after a crash");
  const cache = new Gauge({
    ...common,
    name: "ov_llm_kv_cache_usage_perc",
    help: "Share of the KV cache that running requests hold, 0 to 1; 0 when none runs. Blocks kept for later prompts count as free",
  });
  const grammars = new Gauge({
    ...common,
    name: "ov_llm_grammars",
    help: "Distinct grammars that the model's process keeps",
  });
  const grammarMemory = new Gauge({
    ...common,
    name: "ov_llm_grammar_memory_bytes",
    help: "Memory of the grammars that the model's process keeps; estimated where it cannot be measured",
  });
  const drafts = counter("spec_decode_num_drafts_total", "Steps of requests in which tokens were guessed");
  const draftTokens = counter("spec_decode_num_draft_tokens_total", "Tokens that were guessed");
  const acceptedTokens = counter("spec_decode_num_accepted_tokens_total", "Guessed tokens that were right");
  const info = new Gauge({
    ...common,
    name: "ov_llm_model_info",
    help: "1 for each loaded model, with its device and engine",
    labelNames: ["model", "device", "engine"],
  });
  /** By model: its process, and the labels of its `model_info`. */
  const hosts = new Map<string, { pid: number; labels: Record<string, string> }>();
  const crashed = new Set<string>();

  addLoadGauges(registry, readModels);
  new Gauge({
    ...common,
    name: "ov_llm_host_memory_bytes",
    help: "Resident memory of the model's process",
    collect() {
      this.reset();
      for (const [model, { pid }] of hosts) {
        const memory = readProcessMemory(pid);
        if (memory !== null) this.set({ model }, memory.resident);
      }
    },
  });

  function addHost({ model, seconds, pid, device, engine }: Extract<ModelEvent, { type: "loaded" }>): void {
    const labels = { model, device, engine };
    hosts.set(model, { pid, labels });
    info.set(labels, 1);
    loads.inc({ model });
    loading.observe({ model }, seconds);
    if (crashed.delete(model)) restarts.inc({ model });
  }

  function removeHost(model: string): void {
    const host = hosts.get(model);
    if (host) info.remove(host.labels);
    hosts.delete(model);
    cache.remove({ model });
    grammars.remove({ model });
    grammarMemory.remove({ model });
  }

  return (event) => {
    const { model } = event;
    switch (event.type) {
      case "loaded":
        return addHost(event);
      case "load_failed":
        return failures.inc({ model });
      case "unloaded":
        removeHost(model);
        return unloads.inc({ model, reason: event.reason });
      case "crashed":
        removeHost(model);
        crashed.add(model);
        return crashes.inc({ model });
      case "admitted":
        return queue.observe({ model }, event.seconds);
      case "kv_cache":
        return cache.set({ model }, event.usage);
      case "speculation":
        drafts.inc({ model }, event.drafts);
        draftTokens.inc({ model }, event.draft_tokens);
        return acceptedTokens.inc({ model }, event.accepted_tokens);
      case "grammars":
        grammars.set({ model }, event.held);
        return grammarMemory.set({ model }, event.bytes);
    }
  };
}

function addLoadGauges(registry: Registry, readModels: () => ReadonlyMap<string, ModelLoad>): void {
  const gauge = (name: string, help: string, read: (model: ModelLoad) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["model"],
      registers: [registry],
      collect() {
        this.reset();
        for (const [model, load] of readModels()) this.set({ model }, read(load));
      },
    });
  gauge("ov_llm_num_requests_running", "Requests that the model answers now", ({ running }) => running);
  gauge("ov_llm_num_requests_waiting", "Requests that wait for their turn", ({ waiting }) => waiting);
}
