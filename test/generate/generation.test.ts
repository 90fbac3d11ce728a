import { describe, expect, test } from "bun:test";
import type { ChatCompletionRequest } from "../../src/api/openai/chat/request.ts";
import type { EngineFacts } from "../../src/generate/engine-facts.ts";
import { planChat } from "../../src/generate/generation.ts";
import { createChatModel } from "../../src/generate/model.ts";
import { createSchemaCompiler } from "../../src/grammar/json-schema/compiled.ts";

const limits = { seed: 10, maxTokens: 4096, compileSchema: createSchemaCompiler() };
const plain: EngineFacts = {
  engine: "test",
  capabilities: ["grammar", "logprobs", "special_tokens"],
  context_length: 8192,
  chat_template:
    "{% for message in messages %}[{{ message.role }}] {{ message.content }}\n{% endfor %}[assistant] ",
  bos_token: "",
  eos_token: "",
};
const tool = {
  type: "function" as const,
  function: { name: "find", parameters: { type: "object", properties: { x: { type: "integer" } } } },
};
const schema = { type: "object", properties: { a: { type: "boolean" } }, required: ["a"] };
const json = { type: "json_schema" as const, json_schema: { name: "a", schema } };

const plan = (extra: Partial<ChatCompletionRequest>) =>
  planChat({ messages: [{ role: "user", content: "Hi" }], ...extra }, limits);
const choose = (extra: Partial<ChatCompletionRequest>, facts: Partial<EngineFacts> = {}, index = 0) =>
  plan(extra).toChoice(index, {
    model: createChatModel({ ...plain, ...facts }, undefined),
    defaults: {},
    now: new Date(0),
    newCallId: () => "call_1",
  });

describe("the plan of a chat", () => {
  const maxTokens: [string, Partial<ChatCompletionRequest>, number][] = [
    ["absent: the server's bound", {}, 4096],
    ["max_tokens", { max_tokens: 5 }, 5],
    ["max_completion_tokens before max_tokens", { max_tokens: 5, max_completion_tokens: 7 }, 7],
    ["no more than the context", { max_tokens: 1_000_000 }, 8192],
  ];
  for (const [name, request, wanted] of maxTokens) {
    test(`max_tokens, ${name}`, () => expect(choose(request).request.max_tokens).toBe(wanted));
  }

  test("gives each choice a seed of its own, the same ones for the same seed", () => {
    const seeds = [0, 1, 2].map((index) => choose({ n: 3, seed: 5 }, {}, index).request.sampling.seed);
    expect(seeds).toEqual([5, 6, 7]);
  });

  const stops: [string, string | string[]][] = [
    ["a string", "b"],
    ["a list", ["x", "b"]],
  ];
  for (const [name, stop] of stops) {
    test(`stops at ${name}`, () => {
      const { reader } = choose({ stop });
      expect(reader.push("abc", 1)).toEqual([{ content: "a" }]);
      expect(reader.stopped).toBeTrue();
    });
  }

  const refused: [string, Partial<ChatCompletionRequest>][] = [
    ["logit_bias", { logit_bias: { "1": 5 } }],
    ["top_logprobs", { logprobs: true, top_logprobs: 3 }],
  ];
  for (const [param, request] of refused) {
    test(`refuses ${param}, which it would have to ignore`, () => {
      expect(() => plan(request)).toThrow(expect.objectContaining({ code: "unsupported_parameter", param }));
    });
  }

  test("takes the same parameters when they ask for nothing", () => {
    const request = { logit_bias: {}, top_logprobs: 0, tools: [], functions: [] };
    expect(plan({ ...request, response_format: { type: "text" } }).choices).toBe(1);
  });
});

describe("the prompt of a choice", () => {
  test("is what the template makes of the messages", () => {
    expect(choose({}).request.prompt).toBe("[user] Hi\n[assistant] ");
  });

  test("tells a model whose template knows no tools of them in a system message", () => {
    const { prompt } = choose({ tools: [tool] }).request;
    expect(prompt).toStartWith("[system] ");
    expect(prompt).toContain('{"name":"find"');
    expect(prompt).toContain("<tool_call>");
    expect(prompt).toEndWith("[user] Hi\n[assistant] ");
  });

  test("keeps a conversation's own system message before the tools", () => {
    const messages = [
      { role: "system" as const, content: "Be brief." },
      { role: "user" as const, content: "Hi" },
    ];
    expect(choose({ messages, tools: [tool] }).request.prompt).toMatch(/^\[system\] Be brief\.\n[\s\S]*find/);
  });

  test("says nothing of tools that must not be called", () => {
    expect(choose({ tools: [tool], tool_choice: "none" }).request.prompt).not.toContain("find");
  });

  test("refuses more messages than the context has tokens, before it renders them", () => {
    const messages = Array.from({ length: 101 }, () => ({ role: "user" as const, content: "" }));
    expect(() => choose({ messages }, { context_length: 100 })).toThrow(
      expect.objectContaining({
        code: "context_length_exceeded",
        message: expect.stringMatching(/100.*101/),
      }),
    );
  });

  test("refuses a model without a chat template", () => {
    expect(() => choose({}, { chat_template: null })).toThrow(
      expect.objectContaining({ code: "chat_template_failed", message: expect.stringContaining("instruct") }),
    );
  });

  const thinking =
    "{{ messages[0].content }}{% if enable_thinking is defined and not enable_thinking %} quick{% endif %}";
  test.each([
    [undefined, "Hi"],
    ["high", "Hi"],
    ["none", "Hi quick"],
  ])("reasoning_effort %s reaches the template", (reasoning_effort, wanted) => {
    const request = reasoning_effort === undefined ? {} : { reasoning_effort };
    expect(choose(request, { chat_template: thinking }).request.prompt).toBe(wanted);
  });

  test("chat_template_kwargs have the last word", () => {
    const request = { reasoning_effort: "high", chat_template_kwargs: { enable_thinking: false } };
    expect(choose(request, { chat_template: thinking }).request.prompt).toBe("Hi quick");
  });
});

describe("what an answer is held to", () => {
  const types: [string, Partial<ChatCompletionRequest>, string | undefined][] = [
    ["free text: nothing", {}, undefined],
    ["tools that may be called: from the begin of a call on", { tools: [tool] }, "triggered_tags"],
    [
      "a call that must be made",
      { tools: [tool], tool_choice: "required", parallel_tool_calls: false },
      "tag",
    ],
    ["tools or a form: one or the other", { tools: [tool], response_format: json }, "union"],
    [
      "no tools to be called: the form alone",
      { tools: [tool], tool_choice: "none", response_format: json },
      "ebnf",
    ],
  ];
  for (const [name, request, type] of types) {
    test(name, () => expect(choose(request).request.grammar?.type as string | undefined).toBe(type));
  }

  test("thinking comes first, where the model thinks aloud", () => {
    const thinks = `${plain.chat_template}<think>\n`;
    const { grammar } = choose({ response_format: json }, { chat_template: thinks }).request;
    expect(grammar).toMatchObject({
      type: "concat",
      elements: [{ type: "tag", begin: "", end: "</think>" }, { type: "regex" }, { type: "ebnf" }],
    });
  });

  test("ignore_eos gives way to a grammar, which says itself where the answer ends", () => {
    expect(choose({ ignore_eos: true }).request.ignore_eos).toBeTrue();
    expect(choose({ ignore_eos: true, response_format: json }).request.ignore_eos).toBeFalse();
  });

  const weak = { engine: "weak", capabilities: [] };
  test.each([
    ["tool_choice", { tools: [tool], tool_choice: "required" as const }],
    ["response_format", { response_format: json }],
    ["logprobs", { logprobs: true }],
  ])("an engine that cannot do it refuses %s, naming the one that can", (param, request) => {
    expect(() => choose(request, weak)).toThrow(
      expect.objectContaining({
        code: "unsupported_parameter",
        param,
        message: expect.stringMatching(/"weak".*"batching"/),
      }),
    );
  });

  test("an engine without grammars still lets tools be called", () => {
    expect(choose({ tools: [tool] }, weak).request.grammar).toBeNull();
  });
});
