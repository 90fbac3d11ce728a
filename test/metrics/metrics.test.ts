import { beforeEach, describe, expect, test } from "bun:test";
import type { ModelEvent } from "../../src/engine/model/events.ts";
import { createMetrics, type Metrics } from "../../src/metrics/metrics.ts";
import type { RequestFinished } from "../../src/serving/events.ts";
import { readSamples } from "../helpers/samples.ts";

const model = "m";
const whole: RequestFinished = {
  id: "req_1",
  method: "POST",
  path: "/v1/chat/completions",
  client: "127.0.0.1",
  key: undefined,
  status: 200,
  stream: false,
  quiet: false,
  model,
  seconds: 2,
  timeToFirstToken: 0.5,
  promptTokens: 100,
  cachedTokens: 64,
  newTokens: 16,
  texts: undefined,
  audioSeconds: undefined,
  finish: "stop",
  code: undefined,
};
const loaded = {
  type: "loaded",
  model,
  seconds: 4,
  pid: process.pid,
  device: "CPU",
  engine: "batching",
} as const;

let load = new Map<string, { running: number; waiting: number }>();
let metrics: Metrics;
let read: () => Promise<Map<string, number>>;

beforeEach(() => {
  load = new Map();
  metrics = createMetrics({ version: "1.2.3", readModels: () => load });
  read = async () => readSamples(await metrics.render());
});

function observeRequest(request: RequestFinished): void {
  metrics.observe({ topic: "request", type: "finished", ...request });
}

function observeModel(event: ModelEvent): void {
  metrics.observe({ topic: "model", ...event });
}

/** Those of these samples that there are. */
async function pick(...names: string[]): Promise<Record<string, number>> {
  const samples = await read();
  return Object.fromEntries([...samples].filter(([name]) => names.includes(name)));
}

describe("a request", () => {
  test("that came to its end counts its tokens and times", async () => {
    observeRequest(whole);
    const wanted = {
      'ov_llm_time_to_first_token_seconds_sum{model="m"}': 0.5,
      'ov_llm_inter_token_latency_seconds_sum{model="m"}': 0.1,
      'ov_llm_e2e_request_latency_seconds_sum{model="m"}': 2,
      'ov_llm_e2e_request_latency_seconds_bucket{le="1.5",model="m"}': 0,
      'ov_llm_e2e_request_latency_seconds_bucket{le="2",model="m"}': 1,
      'ov_llm_request_prompt_tokens_sum{model="m"}': 100,
      'ov_llm_request_generation_tokens_sum{model="m"}': 16,
      'ov_llm_prompt_tokens_total{model="m"}': 100,
      'ov_llm_generation_tokens_total{model="m"}': 16,
      'ov_llm_prefix_cache_queries_total{model="m"}': 100,
      'ov_llm_prefix_cache_hits_total{model="m"}': 64,
      'ov_llm_request_success_total{finished_reason="stop",model="m"}': 1,
    };
    expect(await pick(...Object.keys(wanted))).toEqual(wanted);
    expect((await metrics.render()).match(/request_errors_total\{/)).toBeNull();
  });

  test("of one token has no time between tokens", async () => {
    observeRequest({ ...whole, newTokens: 1 });
    expect(await pick('ov_llm_inter_token_latency_seconds_count{model="m"}')).toEqual({});
  });

  test("that failed half-way counts its tokens and its error, and is no success", async () => {
    observeRequest({ ...whole, finish: "engine_crashed", code: "engine_crashed" });
    const failed = 'ov_llm_request_errors_total{code="engine_crashed",model="m"}';
    const tokens = 'ov_llm_generation_tokens_total{model="m"}';
    expect(await pick(failed, tokens)).toEqual({ [failed]: 1, [tokens]: 16 });
    expect((await metrics.render()).match(/request_success_total\{/)).toBeNull();
  });

  test("that named no registered model has no label from outside", async () => {
    const nothing = { timeToFirstToken: undefined, promptTokens: undefined, cachedTokens: undefined };
    observeRequest({ ...whole, ...nothing, model: undefined, code: "model_not_found" });
    const failed = 'ov_llm_request_errors_total{code="model_not_found",model=""}';
    expect(await pick(failed)).toEqual({ [failed]: 1 });
  });

  test("for no model, as one for /health, counts nowhere", async () => {
    const before = [...(await read()).keys()];
    observeRequest({ ...whole, model: undefined, promptTokens: undefined });
    expect([...(await read()).keys()]).toEqual(before);
  });
});

describe("a model", () => {
  const info = 'ov_llm_model_info{device="CPU",engine="batching",model="m"}';
  const memory = 'ov_llm_host_memory_bytes{model="m"}';
  const cache = 'ov_llm_kv_cache_usage_perc{model="m"}';
  const grammars = ['ov_llm_grammars{model="m"}', 'ov_llm_grammar_memory_bytes{model="m"}'] as const;

  test("that is loaded shows where, its memory and its cache until it goes", async () => {
    observeModel(loaded);
    observeModel({ type: "kv_cache", model, usage: 0.25 });
    observeModel({ type: "grammars", model, held: 3, bytes: 4096 });
    const samples = await pick(info, cache, memory, ...grammars);
    const held = { [grammars[0]]: 3, [grammars[1]]: 4096 };
    expect(samples).toEqual({ [info]: 1, [cache]: 0.25, ...held, [memory]: expect.any(Number) });
    // The pid is this test's own.
    expect(samples[memory]).toBeGreaterThan(10_000_000);
    observeModel({ type: "unloaded", model, reason: "changed" });
    expect(await pick(info, cache, memory, ...grammars)).toEqual({});
    const unloads = 'ov_llm_model_unloads_total{model="m",reason="changed"}';
    expect(await pick(unloads)).toEqual({ [unloads]: 1 });
  });

  test("that guesses tokens counts steps, guesses and right ones, as they are reported", async () => {
    const report = { type: "speculation", model, drafts: 2, draft_tokens: 6, accepted_tokens: 3 } as const;
    observeModel(report);
    observeModel(report);
    const name = (what: string) => `ov_llm_spec_decode_num_${what}_total{model="m"}`;
    const wanted = { [name("drafts")]: 4, [name("draft_tokens")]: 12, [name("accepted_tokens")]: 6 };
    expect(await pick(...Object.keys(wanted))).toEqual(wanted);
  });

  test("that crashes and comes back counts a crash and a restart", async () => {
    for (const event of [loaded, { type: "crashed", model } as const, loaded, loaded]) observeModel(event);
    const wanted = {
      'ov_llm_model_loads_total{model="m"}': 3,
      'ov_llm_engine_crashes_total{model="m"}': 1,
      'ov_llm_engine_restarts_total{model="m"}': 1,
      'ov_llm_model_load_seconds_sum{model="m"}': 12,
    };
    expect(await pick(...Object.keys(wanted))).toEqual(wanted);
  });

  test("shows what runs and waits at the moment of asking, and nothing once it is gone", async () => {
    load.set("m", { running: 2, waiting: 3 });
    const [running, waiting] = [
      'ov_llm_num_requests_running{model="m"}',
      'ov_llm_num_requests_waiting{model="m"}',
    ];
    expect(await pick(running, waiting)).toEqual({ [running]: 2, [waiting]: 3 });
    load.clear();
    expect(await pick(running, waiting)).toEqual({});
  });

  test("whose process is gone has no memory", async () => {
    observeModel({ ...loaded, pid: 2 ** 30 });
    expect(await pick(info, memory)).toEqual({ [info]: 1 });
  });
});

test("the server reports its version, memory, CPU time and descriptors", async () => {
  const samples = await read();
  expect(samples.get('ov_llm_build_info{version="1.2.3"}')).toBe(1);
  for (const name of ["resident_memory_bytes", "cpu_seconds_total", "open_fds", "start_time_seconds"]) {
    expect(samples.get(`process_${name}`)).toBeGreaterThan(0);
  }
});
