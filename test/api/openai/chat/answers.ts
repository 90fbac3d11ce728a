import { expect } from "bun:test";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { AnswerPart, ChoicePart, Timings, Usage } from "../../../../src/generate/parts.ts";

export const head = { id: "chatcmpl-1", created: 7, model: "m" };
export const plain = { logprobs: false, includeUsage: false, timings: false, choices: 1, legacy: false };

export const usage: Usage = { promptTokens: 3, cachedTokens: 2, newTokens: 5, reasoningTokens: 1 };
export const start: AnswerPart = { type: "start", promptTokens: 3, cachedTokens: 2, fingerprint: "fp" };
export const end = (reason: "stop" | "length" | "calls", extra: { timings?: Timings } = {}): AnswerPart => ({
  type: "end",
  reason,
  stop: null,
  usage,
  ...extra,
});
/** Of an answer with this usage, of which the prompt took 50 ms and the rest 250. */
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
export const text = (text: string, ...tokens: string[]): AnswerPart => ({
  type: "text",
  text,
  logprobs: tokens.map((token) => ({ token, logprob: -0.5 })),
});
export const call = (number: number, ...texts: string[]): AnswerPart[] => [
  { type: "call_start", call: number, id: `call_${number}`, name: "f" },
  ...texts.map((text): AnswerPart => ({ type: "call_arguments", call: number, text })),
  { type: "call_end", call: number },
];

/** The parts of some choices, those of each in order, the choices interleaved. */
export async function* answer(...choices: AnswerPart[][]): AsyncGenerator<ChoicePart> {
  const longest = Math.max(...choices.map(({ length }) => length));
  for (let at = 0; at < longest; at++) {
    for (const [index, parts] of choices.entries()) {
      const part = parts[at];
      if (part) yield { index, part };
    }
  }
}

/** The data of a stream's events; each chunk is checked on the way. */
export async function readChunks(events: AsyncIterable<{ data: unknown }>, schema: TSchema) {
  const data: string[] = [];
  for await (const event of events) data.push(String(event.data));
  expect(data.at(-1)).toBe("[DONE]");
  const chunks = data.slice(0, -1).map((one) => JSON.parse(one));
  for (const chunk of chunks) expect(Value.Check(schema, chunk)).toBe(true);
  return { data, chunks };
}
