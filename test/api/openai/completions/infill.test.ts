import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { collectInfill, toInfillEvents } from "../../../../src/api/openai/completions/infill/answer.ts";
import { InfillRequest, toInfillRequest } from "../../../../src/api/openai/completions/infill/request.ts";
import { InfillAnswer, InfillPiece } from "../../../../src/api/openai/completions/infill/response.ts";
import type { AnswerPart } from "../../../../src/generate/parts.ts";
import type { RawRequest } from "../../../../src/generate/raw.ts";
import { answer, end, start, text } from "../../answer-parts.ts";

/** As llama.vim sends it (autoload/llama.vim). */
const vim = {
  input_prefix: "a\n",
  input_suffix: "\nc\n",
  input_extra: [{ text: "x\n", time: [1, 2], filename: "x.ts" }],
  prompt: "  b",
  n_predict: 256,
  n_indent: 2,
  top_k: 40,
  top_p: 0.99,
  stream: false,
  samplers: ["top_k", "top_p", "infill"],
  cache_prompt: true,
  t_max_prompt_ms: 500,
  t_max_predict_ms: 1500,
  response_fields: ["content", "timings/prompt_n", "timings/nothing", "truncated", "tokens_cached"],
};

const cases: [string, InfillRequest, Partial<RawRequest>][] = [
  [
    "as llama.vim sends it",
    vim,
    {
      prompts: [
        {
          type: "fim",
          at: "input_suffix",
          prefix: "a\n  b",
          suffix: "\nc\n",
          files: [{ name: "x.ts", text: "x\n" }],
        },
      ],
      maxTokens: 256,
      choices: 1,
    },
  ],
  ["without a word", {}, { maxTokens: null, stops: [], form: null }],
  ["that warms the cache", { n_predict: 0 }, { maxTokens: 1 }],
  ["without a bound", { n_predict: -1 }, { maxTokens: null }],
  ["with an empty stop string", { stop: ["", "b"] }, { stops: ["b"] }],
  ["with a seed", { seed: 0 }, { sampling: { seed: 0 } }],
  ["with any seed", { seed: -1 }, { sampling: { seed: null } }],
  ["with a penalty", { repeat_penalty: 1.1 }, { sampling: { repetition_penalty: 1.1 } }],
  [
    "with a schema",
    { json_schema: { type: "object" } },
    { form: { type: "json_schema", schema: { type: "object" }, param: "json_schema", at: "json_schema" } },
  ],
  [
    "with a grammar",
    { grammar: 'root ::= "a"' },
    { form: { type: "grammar", grammar: 'root ::= "a"', param: "grammar", at: "grammar" } },
  ],
];

describe("an infill request", () => {
  for (const [name, body, expected] of cases) {
    test(`${name} is read`, () => {
      expect(Value.Check(InfillRequest, body)).toBe(true);
      expect(toInfillRequest(body)).toMatchObject(expected);
    });
  }

  test("is refused for n_probs", () => {
    expect(() => toInfillRequest({ n_probs: 2 })).toThrow(expect.objectContaining({ param: "n_probs" }));
  });
});

/** A clock that stands, but for the times that it is moved on to. */
function createClock() {
  let ms = 1000;
  return {
    now: () => new Date(ms),
    to: (next: number) => {
      ms = next;
    },
  };
}

const whole = async (parts: AnswerPart[], body: InfillRequest = {}, clock = createClock()) =>
  await collectInfill(answer(parts), { model: "m", body, now: clock.now });

describe("an infill answer", () => {
  test("has llama.cpp's keys", async () => {
    const filled = await whole([start, text("b\n"), end("stop")]);
    expect(Value.Check(InfillAnswer, filled)).toBe(true);
    expect(filled).toMatchObject({
      content: "b\n",
      stop: true,
      model: "m",
      tokens_predicted: 5,
      tokens_evaluated: 3,
      tokens_cached: 8,
      has_new_line: true,
      stop_type: "eos",
      stopping_word: "",
      timings: { cache_n: 2, prompt_n: 1, predicted_n: 5 },
    });
  });

  const ended = (stop: string | null): AnswerPart => ({ ...end("stop"), stop }) as AnswerPart;

  test.each<[string, AnswerPart, InfillRequest, string, string]>([
    ["the model", end("stop"), {}, "eos", ""],
    ["the bound", end("length"), {}, "limit", ""],
    ["a stop string", ended("x"), { stop: ["x"] }, "word", "x"],
    ["a token of the model's own", ended("<|fim_pad|>"), { stop: ["x"] }, "eos", ""],
  ])("names what ended it: %s", async (_, last, body, stop_type, stopping_word) => {
    expect(await whole([start, text("a"), last], body)).toMatchObject({ stop_type, stopping_word });
  });

  test("has times", async () => {
    const clock = createClock();
    const parts = (async function* () {
      yield* answer([start]);
      clock.to(1200);
      yield* answer([text("a")]);
      clock.to(2200);
      yield* answer([end("stop")]);
    })();
    const filled = await collectInfill(parts, { model: "m", body: {}, now: clock.now });
    expect(filled).toMatchObject({
      timings: { prompt_ms: 200, prompt_per_second: 5, predicted_ms: 1000, predicted_per_second: 5 },
    });
  });

  test("has only the fields that are asked for, under their paths", async () => {
    expect(await whole([start, text("b"), end("stop")], vim)).toEqual({
      content: "b",
      "timings/prompt_n": 1,
      truncated: false,
      tokens_cached: 8,
    });
    expect(await whole([start, end("stop")], { response_fields: [""] })).toEqual({});
  });

  test("is empty where only the cache was to be warmed", async () => {
    const filled = await whole([start, text("b"), end("length")], { n_predict: 0 });
    expect(filled).toMatchObject({ content: "", tokens_predicted: 0, timings: { predicted_n: 0 } });
  });

  test("ends when its time is up and there is a line", async () => {
    const clock = createClock();
    let left = false;
    const parts = (async function* () {
      try {
        yield* answer([start, text("a")]);
        clock.to(1600);
        yield* answer([text("b")]);
        yield* answer([text("c\n")]);
        yield* answer([text("never"), end("stop")]);
      } finally {
        left = true;
      }
    })();
    const body = { t_max_predict_ms: 500 };
    const filled = await collectInfill(parts, { model: "m", body, now: clock.now });
    expect(filled).toMatchObject({ content: "abc\n", stop_type: "limit", tokens_predicted: 3 });
    expect(left).toBe(true);
  });
});

test("an infill answer as a stream is its pieces, then the rest without them, and no [DONE]", async () => {
  const events = toInfillEvents(answer([start, text("a"), text("b"), end("stop")]), {
    model: "m",
    body: { stream: true },
    now: createClock().now,
  });
  const data = (await Array.fromAsync(events)).map((event) => event.data);
  expect(data.slice(0, -1).every((piece) => Value.Check(InfillPiece, piece))).toBe(true);
  expect(data.slice(0, -1)).toMatchObject([{ content: "a" }, { content: "b" }]);
  expect(Value.Check(InfillAnswer, data.at(-1))).toBe(true);
  expect(data.at(-1)).toMatchObject({ content: "", tokens_predicted: 5 });
});
