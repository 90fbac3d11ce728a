import { expect } from "bun:test";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

export const head = { id: "chatcmpl-1", created: 7, model: "m" };
export const plain = { logprobs: false, includeUsage: false, timings: false, choices: 1, legacy: false };
/** Of an answer with the usage of answer-parts.ts, of which the prompt took 50 ms and the rest 250. */
export const timings = {
  cache_n: 2,
  prompt_n: 1,
  prompt_ms: 50,
  prompt_per_token_ms: 50,
  prompt_per_second: 20,
  predicted_n: 5,
  predicted_ms: 250,
  predicted_per_token_ms: 50,
  predicted_per_second: 20,
};

/** The data of a stream's events; each chunk is checked on the way. */
export async function readChunks(events: AsyncIterable<{ data: unknown }>, schema: TSchema) {
  const data: string[] = [];
  for await (const event of events) data.push(String(event.data));
  expect(data.at(-1)).toBe("[DONE]");
  const chunks = data.slice(0, -1).map((one) => JSON.parse(one));
  for (const chunk of chunks) expect(Value.Check(schema, chunk)).toBe(true);
  return { data, chunks };
}
