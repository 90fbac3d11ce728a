import { describe, expect, test } from "bun:test";
import { planChat } from "../../src/chat/generation.ts";
import type { ChatCompletionRequest } from "../../src/openai/requests.ts";

const limits = { seed: 10, maxTokens: 4096 };
const facts = {
  context_length: 8192,
  chat_template: "{{ messages[0].content }}",
  bos_token: "",
  eos_token: "",
};
const plan = (extra: Partial<ChatCompletionRequest>) =>
  planChat({ messages: [{ role: "user", content: "Hi" }], ...extra }, limits);

describe("the plan of a chat", () => {
  const maxTokens: [string, Partial<ChatCompletionRequest>, number][] = [
    ["absent: the server's bound", {}, 4096],
    ["max_tokens", { max_tokens: 5 }, 5],
    ["max_completion_tokens before max_tokens", { max_tokens: 5, max_completion_tokens: 7 }, 7],
    ["no more than the context", { max_tokens: 1_000_000 }, 8192],
  ];
  for (const [name, request, wanted] of maxTokens) {
    test(`max_tokens, ${name}`, () => expect(plan(request).toChoice(0, facts, {}).max_tokens).toBe(wanted));
  }

  test("gives each choice a seed of its own, the same ones for the same seed", () => {
    const seeds = [0, 1, 2].map((index) => plan({ n: 3, seed: 5 }).toChoice(index, facts, {}).sampling.seed);
    expect(seeds).toEqual([5, 6, 7]);
  });

  test("takes stop as a string or a list", () => {
    expect(plan({ stop: "a" }).stops).toEqual(["a"]);
    expect(plan({ stop: ["a", "b"] }).stops).toEqual(["a", "b"]);
    expect(plan({ stop: null }).stops).toEqual([]);
  });

  const refused: [string, Partial<ChatCompletionRequest>][] = [
    ["logit_bias", { logit_bias: { "1": 5 } }],
    ["top_logprobs", { logprobs: true, top_logprobs: 3 }],
    ["tools", { tools: [{}] }],
    ["functions", { functions: [{}] }],
    ["response_format", { response_format: { type: "json_object" } }],
  ];
  for (const [param, request] of refused) {
    test(`refuses ${param}, which it would have to ignore`, () => {
      expect(() => plan(request)).toThrow(expect.objectContaining({ code: "unsupported_parameter", param }));
    });
  }

  test("takes the same parameters when they ask for nothing", () => {
    const request = {
      logit_bias: {},
      top_logprobs: 0,
      tools: [],
      functions: [],
      response_format: { type: "text" },
    };
    expect(plan(request).choices).toBe(1);
    expect(plan({ tools: [{}], tool_choice: "none" }).choices).toBe(1);
  });
});
