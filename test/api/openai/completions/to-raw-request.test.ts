import { describe, expect, test } from "bun:test";
import { CompletionRequest } from "../../../../src/api/openai/completions/request.ts";
import { toPromptList, toRawRequest } from "../../../../src/api/openai/completions/to-raw-request.ts";
import { toInvalidRequest } from "../../../../src/api/validation.ts";
import type { RawRequest } from "../../../../src/generate/raw.ts";

const gap = { type: "fim", prefix: "a", suffix: "b", files: [], at: "suffix" } as const;

const cases: [string, Partial<CompletionRequest>, Partial<RawRequest>][] = [
  [
    "nothing but a text",
    { prompt: "Hi" },
    {
      prompts: [{ type: "text", text: "Hi", bare: false }],
      choices: 1,
      maxTokens: 16,
      stops: [],
      logprobs: null,
      form: null,
      specialTokens: false,
    },
  ],
  ["nothing at all", {}, { prompts: [{ type: "text", text: "", bare: false }] }],
  ["null for what is absent", { prompt: null, max_tokens: null, n: null, best_of: null }, { choices: 1 }],
  ["a list of texts", { prompt: ["a", ""] }, { prompts: [text("a"), text("")] }],
  ["token ids", { prompt: [5, 6] }, { prompts: [{ type: "tokens", tokens: [5, 6] }] }],
  [
    "lists of token ids",
    { prompt: [[5, 6], [7]] },
    {
      prompts: [
        { type: "tokens", tokens: [5, 6] },
        { type: "tokens", tokens: [7] },
      ],
    },
  ],
  ["a suffix", { prompt: "a", suffix: "b" }, { prompts: [gap] }],
  ["an empty suffix", { prompt: "a", suffix: "" }, { prompts: [text("a")] }],
  [
    "no special tokens",
    { prompt: "a", add_special_tokens: false },
    { prompts: [{ ...text("a"), bare: true }] },
  ],
  ["max_tokens", { max_tokens: 5 }, { maxTokens: 5 }],
  ["max_tokens of -1 as the server's own limit", { max_tokens: -1 }, { maxTokens: null }],
  ["n, and best_of of the same", { n: 3, best_of: 3 }, { choices: 3 }],
  ["a stop string", { stop: "b" }, { stops: ["b"] }],
  ["stop strings", { stop: ["x", "b"] }, { stops: ["x", "b"] }],
  ["log probabilities of the chosen tokens", { logprobs: 0 }, { logprobs: { at: "logprobs" } }],
  ["an empty logit_bias", { logit_bias: {} }, {}],
  ["special tokens in the text", { skip_special_tokens: false }, { specialTokens: true }],
  ["ignore_eos", { ignore_eos: true }, { ignoreEos: true }],
  [
    "a form",
    { structured_outputs: { regex: "a" } },
    { form: { type: "regex", pattern: "a", param: "structured_outputs", at: "structured_outputs.regex" } },
  ],
];

function text(text: string) {
  return { type: "text" as const, text, bare: false };
}

describe("a completion request", () => {
  for (const [name, body, expected] of cases) {
    test(`with ${name} is read`, () => expect(toRawRequest(body)).toMatchObject(expected));
  }

  test("hands every sampling parameter on", () => {
    const sampling = {
      temperature: 0.5,
      top_p: 0.9,
      top_k: 4,
      min_p: 0.1,
      repetition_penalty: 1.1,
      presence_penalty: 0.2,
      frequency_penalty: 0.3,
      seed: 9,
    };
    expect(toRawRequest(sampling).sampling).toEqual(sampling);
  });

  test.each<[string, CompletionRequest, string]>([
    ["best_of", { best_of: 2 }, "unsupported_parameter"],
    ["best_of", { n: 2, best_of: 3 }, "unsupported_parameter"],
    ["logprobs", { logprobs: 1 }, "unsupported_parameter"],
    ["echo", { echo: true, logprobs: 0 }, "unsupported_parameter"],
    ["prompt_logprobs", { prompt_logprobs: 0 }, "unsupported_parameter"],
    ["logit_bias", { logit_bias: { 5: 1 } }, "unsupported_parameter"],
    ["suffix", { prompt: [5], suffix: "b" }, "invalid_request"],
    ["max_tokens", { max_tokens: 0 }, "invalid_request"],
    ["response_format.type", { response_format: { type: "xml" } }, "unsupported_parameter"],
  ])("is refused for %s: %j", (param, body, code) => {
    expect(() => toRawRequest(body)).toThrow(expect.objectContaining({ code, param }));
  });

  test.each<[unknown, string, string]>([
    [{ prompt: 5 }, "prompt", '"prompt" must be a string or a list with at least 1 item, but is 5.'],
    [{ prompt: [] }, "prompt", '"prompt" must be a list with at least 1 item, but is [].'],
    [{ prompt: ["a", 5] }, "prompt[1]", '"prompt[1]" must be a string, but is 5.'],
    [{ prompt: [[]] }, "prompt", "prompt"],
    [{ prompt: [-1] }, "prompt", "prompt"],
    [{ max_tokens: -2 }, "max_tokens", '"max_tokens" must be a whole number of -1 or more, but is -2.'],
    [{ logprobs: 6 }, "logprobs", '"logprobs" must be a whole number from 0 to 5, but is 6.'],
  ])("that does not fit the schema is explained: %j", (body, param, message) => {
    const error = toInvalidRequest(CompletionRequest, body);
    expect(error.param).toStartWith(param);
    expect(error.message).toContain(message);
  });
});

test("the prompts of a request, for an echo", () => {
  expect(toPromptList("a")).toEqual(["a"]);
  expect(toPromptList(["a", "b"])).toEqual(["a", "b"]);
  expect(toPromptList([1, 2])).toEqual([[1, 2]]);
  expect(toPromptList([[1], [2]])).toEqual([[1], [2]]);
  expect(toPromptList(null)).toEqual([""]);
});
