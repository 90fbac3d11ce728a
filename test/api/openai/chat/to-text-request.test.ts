import { describe, expect, test } from "bun:test";
import type { ChatCompletionRequest } from "../../../../src/api/openai/chat/request.ts";
import { toTextRequest } from "../../../../src/api/openai/chat/to-text-request.ts";
import type { TextRequest } from "../../../../src/generate/request.ts";

const messages: ChatCompletionRequest["messages"] = [{ role: "user", content: "Hi" }];
const begun: typeof messages = [...messages, { role: "assistant", content: "It is" }];
const read = (extra: Partial<ChatCompletionRequest>) => toTextRequest({ messages, ...extra });

const cases: [string, Partial<ChatCompletionRequest>, Partial<TextRequest>][] = [
  [
    "nothing but messages",
    {},
    { maxTokens: null, choices: 1, logprobs: null, stops: [], ignoreEos: false, form: null, tools: [] },
  ],
  ["max_tokens", { max_tokens: 5 }, { maxTokens: 5 }],
  ["max_completion_tokens before max_tokens", { max_tokens: 5, max_completion_tokens: 7 }, { maxTokens: 7 }],
  ["max_tokens of -1: no limit", { max_tokens: -1 }, { maxTokens: null }],
  ["max_tokens beside no other limit", { max_completion_tokens: -1, max_tokens: 5 }, { maxTokens: 5 }],
  ["a stop string", { stop: "b" }, { stops: ["b"] }],
  ["stop strings", { stop: ["x", "b"] }, { stops: ["x", "b"] }],
  ["n", { n: 3 }, { choices: 3 }],
  ["logprobs", { logprobs: true }, { logprobs: { at: "logprobs" } }],
  ["ignore_eos", { ignore_eos: true }, { ignoreEos: true }],
  ["reasoning_effort", { reasoning_effort: "low" }, { reasoningEffort: "low" }],
  ["reasoning.effort", { reasoning: { effort: "low" } }, { reasoningEffort: "low" }],
  ["no thinking budget", {}, { thinkingBudget: null }],
  ["reasoning.max_tokens", { reasoning: { max_tokens: 0 } }, { thinkingBudget: 0 }],
  ["thinking_budget_tokens", { thinking_budget_tokens: 9 }, { thinkingBudget: 9 }],
  ["thinking_budget_tokens without a bound", { thinking_budget_tokens: -1 }, { thinkingBudget: null }],
  ["a template's thinking_budget", { chat_template_kwargs: { thinking_budget: 9 } }, { thinkingBudget: 9 }],
  ["a user's last message", {}, { continueLast: null }],
  ["an assistant's last message", { messages: begun }, { continueLast: { at: "messages" } }],
  [
    "one that is empty",
    { messages: [...messages, { role: "assistant", content: "" }] },
    { continueLast: null },
  ],
  ["one that is answered", { messages: begun, add_generation_prompt: true }, { continueLast: null }],
  ["one that is not continued", { messages: begun, continue_final_message: false }, { continueLast: null }],
  [
    "one that is continued in vLLM's words",
    { messages: begun, continue_final_message: true, add_generation_prompt: false },
    { continueLast: { at: "continue_final_message" } },
  ],
  ["chat_template_kwargs", { chat_template_kwargs: { a: 1 } }, { templateVariables: { a: 1 } }],
  [
    "tools",
    {
      tools: [
        { type: "function", function: { name: "f", description: "d", parameters: { a: 1 }, strict: true } },
      ],
    },
    {
      tools: [
        {
          name: "f",
          description: "d",
          schema: { a: 1 },
          strict: true,
          at: "tools[0].function",
          schemaAt: "tools[0].function.parameters",
        },
      ],
      toolChoice: { mode: "auto", names: null, parallel: null, at: "tool_choice" },
    },
  ],
  [
    "functions",
    { functions: [{ name: "f" }], function_call: { name: "f" } },
    {
      tools: [
        {
          name: "f",
          description: null,
          schema: null,
          strict: false,
          at: "functions[0]",
          schemaAt: "functions[0].parameters",
        },
      ],
      toolChoice: { mode: "required", names: ["f"], parallel: false, at: "function_call" },
    },
  ],
  [
    "what asks for nothing",
    { logit_bias: {}, top_logprobs: 0, tools: [], functions: [], response_format: { type: "text" } },
    { tools: [], form: null, choices: 1 },
  ],
];

describe("what a chat request asks for", () => {
  for (const [name, body, request] of cases) {
    test(name, () => expect(read(body)).toMatchObject(request));
  }

  test("sampling as sent, null where nothing was", () => {
    const { sampling } = read({ temperature: 0.5, top_k: -1, seed: 3 });
    expect(sampling).toMatchObject({ temperature: 0.5, top_k: -1, seed: 3, top_p: null, min_p: null });
  });

  const refused: [string, Partial<ChatCompletionRequest>][] = [
    ["logit_bias", { logit_bias: { "1": 5 } }],
    ["top_logprobs", { logprobs: true, top_logprobs: 3 }],
  ];
  for (const [param, body] of refused) {
    test(`refuses ${param}, which it would have to ignore`, () => {
      expect(() => read(body)).toThrow(expect.objectContaining({ code: "unsupported_parameter", param }));
    });
  }
});

const contradictions: [string, Partial<ChatCompletionRequest>, string][] = [
  [
    "to continue a message and to start one",
    { messages: begun, continue_final_message: true, add_generation_prompt: true },
    "continue_final_message",
  ],
  [
    "a budget in words",
    { chat_template_kwargs: { thinking_budget: "low" } },
    "chat_template_kwargs.thinking_budget",
  ],
];
test.each(contradictions)("a request is refused for %s", (_name, body, param) => {
  expect(() => read(body)).toThrow(expect.objectContaining({ code: "invalid_request", param }));
});
