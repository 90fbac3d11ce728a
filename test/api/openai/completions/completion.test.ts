import { describe, expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { toChunkEvents } from "../../../../src/api/openai/completions/chunks.ts";
import {
  type AnswerOptions,
  collectCompletion,
  toAnswerOptions,
} from "../../../../src/api/openai/completions/completion.ts";
import { createTokenPlaces } from "../../../../src/api/openai/completions/logprobs.ts";
import { TextCompletion, TextCompletionChunk } from "../../../../src/api/openai/completions/response.ts";
import { OvError } from "../../../../src/errors.ts";
import type { AnswerPart, ChoicePart } from "../../../../src/generate/parts.ts";
import { answer, end, start, text } from "../../answer-parts.ts";
import { readChunks } from "../chat/answers.ts";

const head = { id: "cmpl-1", created: 7, model: "m" };
const plain: AnswerOptions = { logprobs: false, includeUsage: false, echo: () => "" };

/** What OpenAI's API description requires of an answer (CreateCompletionResponse, CompletionUsage). */
const published = Type.Object({
  id: Type.String(),
  object: Type.Literal("text_completion"),
  created: Type.Integer(),
  model: Type.String(),
  choices: Type.Array(
    Type.Object({
      text: Type.String(),
      index: Type.Integer(),
      finish_reason: Type.Union([
        Type.Literal("stop"),
        Type.Literal("length"),
        Type.Literal("content_filter"),
      ]),
      logprobs: Type.Union([
        Type.Null(),
        Type.Object({
          text_offset: Type.Optional(Type.Array(Type.Integer())),
          token_logprobs: Type.Optional(Type.Array(Type.Number())),
          tokens: Type.Optional(Type.Array(Type.String())),
          top_logprobs: Type.Optional(Type.Array(Type.Record(Type.String(), Type.Number()))),
        }),
      ]),
    }),
  ),
  usage: Type.Object({
    prompt_tokens: Type.Integer(),
    completion_tokens: Type.Integer(),
    total_tokens: Type.Integer(),
  }),
});

async function whole(choices: AnswerPart[][], options: Partial<AnswerOptions> = {}) {
  const completion = await collectCompletion(answer(...choices), head, { ...plain, ...options });
  expect(Value.Check(TextCompletion, completion)).toBe(true);
  expect(Value.Check(published, completion)).toBe(true);
  return completion;
}

const streamed = (parts: AnswerPart[], options: Partial<AnswerOptions> = {}) =>
  readChunks(toChunkEvents(answer(parts), head, { ...plain, ...options }), TextCompletionChunk);

describe("a whole completion", () => {
  test("has OpenAI's keys, and each choice's text in its place", async () => {
    const hi = [start, text("Hi"), text(" you"), end("stop")];
    const yo = [start, text("Yo"), end("length")];
    expect(await whole([hi, yo])).toEqual({
      id: "cmpl-1",
      object: "text_completion",
      created: 7,
      model: "m",
      system_fingerprint: "fp",
      choices: [
        { index: 0, text: "Hi you", logprobs: null, finish_reason: "stop" },
        { index: 1, text: "Yo", logprobs: null, finish_reason: "length" },
      ],
      usage: {
        prompt_tokens: 3,
        completion_tokens: 5,
        total_tokens: 8,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    });
  });

  test("starts with its prompt where that is to be echoed, that of two choices with both", async () => {
    const choices = [1, 2, 3, 4].map((number) => [start, text(` ${number}`), end("stop")]);
    const options = toAnswerOptions({ n: 2, echo: true }, ["a", "b"]);
    const { choices: texts } = await whole(choices, options);
    expect(texts.map((choice) => choice.text)).toEqual(["a 1", "a 2", "b 3", "b 4"]);
  });

  test("has log probabilities with the place of each token, in characters", async () => {
    const parts = [start, text("a👍", "a", "👍"), text("b", "b"), end("stop")];
    const { choices } = await whole([parts], { logprobs: true });
    expect(choices[0]?.logprobs).toEqual({
      tokens: ["a", "👍", "b"],
      token_logprobs: [-0.5, -0.5, -0.5],
      top_logprobs: [{ a: -0.5 }, { "👍": -0.5 }, { b: -0.5 }],
      text_offset: [0, 1, 2],
    });
  });
});

test("a token that is a part of a character stands where that starts", () => {
  const whole = [...new TextEncoder().encode("👍")];
  const tokens = [
    { token: "a", logprob: 0 },
    { token: "\\xf0\\x9f", logprob: 0, bytes: whole.slice(0, 2) },
    { token: "\\x91\\x8d", logprob: 0, bytes: whole.slice(2) },
    { token: "b", logprob: 0 },
  ];
  const places = createTokenPlaces();
  expect(places.push("a👍b", tokens).text_offset).toEqual([0, 1, 1, 2]);
  expect(places.push("c", [{ token: "c", logprob: 0 }]).text_offset).toEqual([3]);
});

describe("a completion as chunks", () => {
  test("has OpenAI's keys in OpenAI's order, to the byte", async () => {
    const { data } = await streamed([start, text("Hi"), end("stop")]);
    const common = '"object":"text_completion","created":7,"model":"m","system_fingerprint":"fp"';
    const chunk = (text: string, finish: string) =>
      `{"id":"cmpl-1",${common},"choices":[{"index":0,"text":"${text}","logprobs":null,"finish_reason":${finish}}]}`;
    expect(data).toEqual([chunk("Hi", "null"), chunk("", '"stop"'), "[DONE]"]);
  });

  test("starts with the prompt where that is to be echoed", async () => {
    const { chunks } = await streamed([start, text(" b"), end("stop")], { echo: () => "a" });
    expect(chunks.map(({ choices }) => choices[0].text)).toEqual(["a", " b", ""]);
  });

  test("with the usage, which is null before the last chunk", async () => {
    const { chunks } = await streamed([start, text("a"), end("length")], { includeUsage: true });
    expect(chunks.slice(0, -1).map(({ usage }) => usage)).toEqual([null, null]);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 5 } });
  });

  test("places tokens as the whole answer does", async () => {
    const parts = [start, text("ab", "a", "b"), text("c", "c"), end("stop")];
    const { chunks } = await streamed(parts, { logprobs: true });
    expect(chunks.slice(0, 2).map(({ choices }) => choices[0].logprobs.text_offset)).toEqual([[0, 1], [2]]);
  });

  test("throws what the answer throws", async () => {
    const error = new OvError("engine_crashed", "It ended.");
    const parts = (async function* (): AsyncGenerator<ChoicePart> {
      yield { index: 0, part: start };
      throw error;
    })();
    await expect(Array.fromAsync(toChunkEvents(parts, head, plain))).rejects.toBe(error);
  });
});
