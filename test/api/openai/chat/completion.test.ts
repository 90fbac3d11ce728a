import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { collectCompletion, toAnswerOptions } from "../../../../src/api/openai/chat/completion.ts";
import { ChatCompletion } from "../../../../src/api/openai/chat/response.ts";
import type { AnswerPart } from "../../../../src/generate/parts.ts";
import { answer, call, end, start, text } from "../../answer-parts.ts";
import { head, plain, timings } from "./answers.ts";

async function collect(choices: AnswerPart[][], options: Partial<typeof plain> = {}) {
  const completion = await collectCompletion(answer(...choices), head, { ...plain, ...options });
  expect(Value.Check(ChatCompletion, completion)).toBe(true);
  return completion;
}

const said = (content: string | null, extra: Record<string, unknown> = {}) => ({
  role: "assistant",
  content,
  refusal: null,
  ...extra,
});
const called = (id: number, args: string) => ({
  id: `call_${id}`,
  type: "function",
  function: { name: "f", arguments: args },
});

describe("a whole answer", () => {
  test("has OpenAI's keys in OpenAI's order, to the byte", async () => {
    const completion = await collect([[start, text("Hi "), text("you"), end("stop")]]);
    expect(JSON.stringify(completion)).toBe(
      '{"id":"chatcmpl-1","object":"chat.completion","created":7,"model":"m","system_fingerprint":"fp",' +
        '"choices":[{"index":0,"message":{"role":"assistant","content":"Hi you","refusal":null},"logprobs":null,"finish_reason":"stop"}],' +
        '"usage":{"prompt_tokens":3,"completion_tokens":5,"total_tokens":8,"prompt_tokens_details":{"cached_tokens":2},' +
        '"completion_tokens_details":{"reasoning_tokens":1}}}',
    );
  });

  const calls = [start, ...call(0, '{"a"', ":1}"), ...call(1, "{}"), end("calls")];
  const cases: [string, AnswerPart[], Partial<typeof plain>, unknown, string][] = [
    ["nothing", [start, end("stop")], {}, said(""), "stop"],
    ["cut", [start, text("Hi"), end("length")], {}, said("Hi"), "length"],
    [
      "reasoning and calls without text",
      [start, { type: "reasoning", text: "Hm." }, ...calls.slice(1)],
      {},
      said(null, { reasoning_content: "Hm.", tool_calls: [called(0, '{"a":1}'), called(1, "{}")] }),
      "tool_calls",
    ],
    [
      "text and a call",
      [start, text("Look."), ...call(0, "{}"), end("calls")],
      {},
      said("Look.", { tool_calls: [called(0, "{}")] }),
      "tool_calls",
    ],
    [
      "the older function_call",
      calls,
      { legacy: true },
      said(null, { function_call: { name: "f", arguments: '{"a":1}' } }),
      "function_call",
    ],
  ];
  for (const [name, parts, options, message, reason] of cases) {
    test(name, async () => {
      const { choices } = await collect([parts], options);
      expect<unknown>(choices[0]?.message).toEqual(message);
      expect<unknown>(choices[0]?.finish_reason).toBe(reason);
    });
  }

  test("several choices keep apart, in the order of their indexes", async () => {
    const { choices } = await collect([
      [start, text("a"), text("b"), end("stop")],
      [start, text("c"), end("length")],
    ]);
    expect(
      choices.map(({ index, message, finish_reason }) => [index, message.content, finish_reason]),
    ).toEqual([
      [0, "ab", "stop"],
      [1, "c", "length"],
    ]);
  });

  test("log probabilities of all its text, where they were asked for", async () => {
    const { choices } = await collect([[start, text("a", "a"), text("b", "b"), end("stop")]], {
      logprobs: true,
    });
    expect(choices[0]?.logprobs?.content.map(({ token }) => token)).toEqual(["a", "b"]);
  });
});

test("has the timings where they are asked for", async () => {
  const timed = end("stop", { timings: { promptMs: 50, predictedMs: 250 } });
  expect((await collect([[start, timed]])).timings).toBeUndefined();
  expect((await collect([[start, timed]], { timings: true })).timings).toEqual(timings);
});

test("the request decides how the answer is written", () => {
  const messages = [{ role: "user", content: "Hi" }];
  expect(toAnswerOptions({ messages })).toEqual(plain);
  expect(
    toAnswerOptions({
      messages,
      logprobs: true,
      stream_options: { include_usage: true, include_timings: true },
      n: 2,
      functions: [{ name: "f" }],
    }),
  ).toEqual({ logprobs: true, includeUsage: true, timings: true, choices: 2, legacy: true });
});
