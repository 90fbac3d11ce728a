import type { Measured, Tuning } from "../../src/tuning.ts";

const measured: Measured = {
  pairs: 4,
  figures: { first_token_ms: 250, tokens_per_second: 12, answer_ms: 8000 },
  judgement: { verdict: "faster", gain: 0.2, spread: 0.01, first_token_gain: 0.2, token_gain: 0.2 },
  difference: { same_words: 7, present: "one two", changed: "one three" },
};
const change = ["properties.KV_CACHE_PRECISION=f16"];
const label = "KV cache in f16";

/** What `ov-llm tune` found of the model of `createTestApp`. */
export const tuning: Tuning = {
  model: "memory",
  path: "/models/memory",
  at: "2026-11-26T12:00:00.000Z",
  device: "CPU",
  engine: "batching",
  size: { prompt_tokens: 400, answer_tokens: 96 },
  present: { first_token_ms: 300, tokens_per_second: 10, answer_ms: 9900 },
  noise: 0.02,
  disturbed: 0,
  tried: [{ topic: "kv", label, change, problem: null, measured }],
  untried: [],
  winner: { labels: [label], change, ...measured },
  written: true,
  undo: ["properties.KV_CACHE_PRECISION="],
};
