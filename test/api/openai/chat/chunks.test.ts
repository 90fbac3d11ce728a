import { describe, expect, test } from "bun:test";
import { toChunkEvents } from "../../../../src/api/openai/chat/chunks.ts";
import { ChatCompletionChunk } from "../../../../src/api/openai/chat/response.ts";
import { OvError } from "../../../../src/errors.ts";
import type { AnswerPart } from "../../../../src/generate/parts.ts";
import { answer, call, end, start, text } from "../../answer-parts.ts";
import { head, plain, readChunks, timings } from "./answers.ts";

async function read(parts: AnswerPart[], options: Partial<typeof plain> = {}) {
  const events = toChunkEvents(answer(parts), head, { ...plain, ...options });
  const { data, chunks } = await readChunks(events, ChatCompletionChunk);
  return {
    data,
    deltas: chunks.flatMap(({ choices }) => choices.map((one: { delta: unknown }) => one.delta)),
  };
}

describe("an answer as chunks", () => {
  test("has OpenAI's keys in OpenAI's order, to the byte", async () => {
    const { data } = await read([start, text("Hi"), end("stop")]);
    const common = '"object":"chat.completion.chunk","created":7,"model":"m","system_fingerprint":"fp"';
    const chunk = (delta: string, finish: string) =>
      `{"id":"chatcmpl-1",${common},"choices":[{"index":0,"delta":${delta},"logprobs":null,"finish_reason":${finish}}]}`;
    expect(data).toEqual([
      chunk('{"role":"assistant","content":""}', "null"),
      chunk('{"content":"Hi"}', "null"),
      chunk("{}", '"stop"'),
      "[DONE]",
    ]);
  });

  test.each([
    ["the last chunk of the last choice", { timings: true, choices: 2 }, 3],
    ["the chunk of the usage", { timings: true, choices: 2, includeUsage: true }, 4],
    ["no chunk where they are not asked for", { choices: 2 }, -1],
  ])("with the timings in %s", async (_, options, place) => {
    const timed = end("stop", { timings: { promptMs: 50, predictedMs: 250 } });
    const data: unknown[] = [];
    const parts = answer([start, timed], [start, timed]);
    for await (const event of toChunkEvents(parts, head, { ...plain, ...options })) data.push(event.data);
    const found = data.map((one) => (one === "[DONE]" ? {} : JSON.parse(String(one))).timings);
    expect(found.findIndex((one) => one !== undefined)).toBe(place);
    expect(found.filter((one) => one !== undefined)).toEqual(place === -1 ? [] : [timings]);
  });

  test("with the usage, which is null before the last chunk", async () => {
    const { data } = await read([start, end("length")], { includeUsage: true });
    expect(data.slice(0, 2).every((one) => one.endsWith('"usage":null}'))).toBe(true);
    expect(JSON.parse(data[2] ?? "")).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 5,
        total_tokens: 8,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    });
  });

  test("streams reasoning and calls: id, type and name first, then arguments by index", async () => {
    const { deltas, data } = await read([
      start,
      { type: "reasoning", text: "Hm." },
      ...call(0, '{"a"', ":1}"),
      ...call(1, "{}"),
      end("calls"),
    ]);
    const first = (index: number) => ({
      tool_calls: [{ index, id: `call_${index}`, type: "function", function: { name: "f", arguments: "" } }],
    });
    const more = (index: number, args: string) => ({
      tool_calls: [{ index, function: { arguments: args } }],
    });
    expect(deltas.slice(1)).toEqual([
      { reasoning_content: "Hm." },
      first(0),
      more(0, '{"a"'),
      more(0, ":1}"),
      first(1),
      more(1, "{}"),
      {},
    ]);
    expect(data.at(-2)).toContain('"finish_reason":"tool_calls"');
  });

  test("streams the first call as the older function_call, where functions were sent", async () => {
    const parts = [start, ...call(0, "{}"), ...call(1, "{}"), end("calls")];
    const { deltas, data } = await read(parts, { legacy: true });
    expect(deltas.slice(1)).toEqual([
      { function_call: { name: "f", arguments: "" } },
      { function_call: { arguments: "{}" } },
      {},
    ]);
    expect(data.at(-2)).toContain('"finish_reason":"function_call"');
  });

  test("has log probabilities with the text, and an empty list with all else", async () => {
    const { data } = await read(
      [start, { type: "reasoning", text: "Hm." }, text("é", "é", "�"), end("stop")],
      {
        logprobs: true,
      },
    );
    const [, thought, said] = data.map((one) =>
      one.startsWith("{") ? JSON.parse(one).choices[0].logprobs : one,
    );
    expect(thought).toEqual({ content: [], refusal: null });
    expect(said.content).toEqual([
      { token: "é", logprob: -0.5, bytes: [195, 169], top_logprobs: [] },
      { token: "�", logprob: -0.5, bytes: [239, 191, 189], top_logprobs: [] },
    ]);
  });

  test("throws what ends the answer early, without a [DONE]", async () => {
    async function* failing() {
      yield { index: 0, part: start };
      throw new OvError("engine_crashed", "It is gone.");
    }
    const events = toChunkEvents(failing(), head, plain);
    expect((await events.next()).done).toBe(false);
    expect(events.next()).rejects.toThrow("It is gone.");
  });
});
