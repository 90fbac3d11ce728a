import { describe, expect, test } from "bun:test";
import {
  type ChatRequest,
  fromChat,
  fromPrompt,
  type GenerateRequest,
} from "../../../src/api/ollama/request.ts";
import type { TextRequest } from "../../../src/generate/request.ts";
import { noSampling, textRequest, turn } from "../../generate/text-request.ts";
import { thrownBy } from "../../helpers/failure.ts";

const user = { role: "user", content: "Hi" };
const chat = (extra: Partial<ChatRequest> = {}) => fromChat({ model: "m", messages: [user], ...extra });
const prompt = (extra: Partial<GenerateRequest> = {}): TextRequest => {
  const request = fromPrompt({ model: "m", prompt: "Hi", ...extra });
  if ("prompts" in request) throw new Error("It is raw");
  return request;
};

function refusal(work: () => unknown): { code: string; param: string | null } {
  const { code, param } = thrownBy(work);
  return { code, param };
}

describe("a chat request", () => {
  test("asks for nothing that it does not name", () => {
    const hi = { type: "text" as const, text: "Hi", at: "messages[0].content" };
    expect(chat()).toEqual(
      textRequest({
        conversation: { turns: [turn("user", [hi], "messages[0]")], at: "messages" },
        toolChoice: { mode: "auto", names: null, parallel: null, at: "tools" },
        sampling: noSampling,
      }),
    );
  });

  test("has its options under other names", () => {
    const options = {
      temperature: 0.1,
      top_k: 40,
      top_p: 0.9,
      min_p: 0.05,
      seed: 3,
      repeat_penalty: 1.1,
      presence_penalty: 0.2,
      frequency_penalty: 0.3,
      num_predict: 5,
      stop: ["a", ""],
      num_ctx: 8192,
      mirostat: 2,
    };
    expect(chat({ options })).toMatchObject({
      sampling: {
        temperature: 0.1,
        top_k: 40,
        top_p: 0.9,
        min_p: 0.05,
        seed: 3,
        repetition_penalty: 1.1,
        presence_penalty: 0.2,
        frequency_penalty: 0.3,
      },
      maxTokens: 5,
      stops: ["a"],
    });
  });

  test.each<[string, Partial<ChatRequest>, Partial<TextRequest>]>([
    [
      "a seed below 0 is none",
      { options: { seed: -1 } },
      { sampling: expect.objectContaining({ seed: null }) },
    ],
    ["one stop string", { options: { stop: "x" } }, { stops: ["x"] }],
    ["num_predict -1 is no bound", { options: { num_predict: -1 } }, { maxTokens: Number.MAX_SAFE_INTEGER }],
    ["num_predict -2 is no bound", { options: { num_predict: -2 } }, { maxTokens: Number.MAX_SAFE_INTEGER }],
    ["options may be null", { options: null }, { stops: [] }],
    ["think: true", { think: true }, { reasoningEffort: "medium" }],
    ["think: false", { think: false }, { reasoningEffort: "none" }],
    ["think: a level", { think: "low" }, { reasoningEffort: "low" }],
    ["think: the highest level", { think: "max" }, { reasoningEffort: "high" }],
    ["format: none", { format: "" }, { form: null }],
    ["format: json", { format: "json" }, { form: { type: "json_object", param: "format", at: "format" } }],
    [
      "format: a schema",
      { format: { type: "integer" } },
      { form: { type: "json_schema", schema: { type: "integer" }, param: "format", at: "format" } },
    ],
    ["logprobs", { logprobs: true }, { logprobs: { at: "logprobs" } }],
    ["top_logprobs without logprobs", { top_logprobs: 3 }, { logprobs: null }],
  ])("%s", (_, extra, expected) => expect(chat(extra)).toMatchObject(expected));

  test("defines its tools", () => {
    const parameters = { type: "object", properties: { city: { type: "string" } } };
    const { tools } = chat({
      tools: [
        { function: { name: "weather", description: "Of a city", parameters } },
        { function: { name: "time" } },
      ],
    });
    const at = "tools[0].function";
    expect(tools).toEqual([
      {
        name: "weather",
        description: "Of a city",
        schema: parameters,
        strict: false,
        at,
        schemaAt: `${at}.parameters`,
      },
      expect.objectContaining({ name: "time", description: null, schema: null }),
    ]);
  });

  test.each<[string, Partial<ChatRequest>, string, string]>([
    ["a format", { format: "xml" }, "invalid_request", "format"],
    ["an unknown role", { messages: [user, { role: "narrator" }] }, "invalid_request", "messages[1].role"],
    [
      "log probabilities of other tokens",
      { logprobs: true, top_logprobs: 2 },
      "unsupported_parameter",
      "top_logprobs",
    ],
  ])("is refused for %s", (_, extra, code, param) => {
    expect(refusal(() => chat(extra))).toEqual({ code, param });
  });
});

describe("messages", () => {
  const call = (name: string, given: Record<string, unknown> | string = {}, id?: string) => ({
    function: { name, arguments: given },
    ...(id !== undefined && { id }),
  });
  const parts = (...messages: NonNullable<ChatRequest["messages"]>) =>
    chat({ messages }).conversation.turns.map(({ role, parts }) => [role, ...parts.map(({ type }) => type)]);

  test("may have roles in capitals, thoughts, images and calls", () => {
    expect(
      parts(
        { role: "System", content: "Be brief" },
        { role: "USER", content: "Look", images: ["aGk="] },
        { role: "assistant", content: "", thinking: "Hm", tool_calls: [call("f")] },
        { role: "tool", content: "1", tool_name: "f" },
        { role: "assistant", content: "One" },
      ),
    ).toEqual([
      ["system", "text"],
      ["user", "image", "text"],
      ["assistant", "reasoning", "call"],
      ["user", "result"],
      ["assistant", "text"],
    ]);
  });

  test("keep the text of a call's arguments and the names of results", () => {
    const { turns } = chat({
      messages: [
        user,
        {
          role: "assistant",
          tool_calls: [call("f", { city: "Oslo" }), call("g", '{"n": 12345678901234567890}', "c1")],
        },
        { role: "tool", content: "cold", tool_name: "f" },
        { role: "tool", content: "big", tool_call_id: "c1" },
      ],
    }).conversation;
    expect(turns[1]?.parts).toMatchObject([
      { type: "call", id: null, name: "f", arguments: '{"city":"Oslo"}' },
      { type: "call", id: "c1", name: "g", arguments: '{"n": 12345678901234567890}' },
    ]);
    expect(turns.slice(2).flatMap(({ parts }) => parts)).toMatchObject([
      { type: "result", callId: null, name: "f", at: "messages[2]" },
      { type: "result", callId: "c1", name: null, at: "messages[3].tool_call_id" },
    ]);
  });

  test("whose beginning was cut off lose the results of calls that are gone", () => {
    expect(
      parts(
        { role: "system", content: "Be brief" },
        { role: "tool", content: "old" },
        { role: "assistant", content: "It was old" },
        user,
        { role: "assistant", tool_calls: [call("f")] },
        { role: "tool", content: "new" },
      ),
    ).toEqual([
      ["system", "text"],
      ["assistant", "text"],
      ["user", "text"],
      ["assistant", "call"],
      ["user", "result"],
    ]);
  });

  test("show the model a result whose call the client left out of the assistant's message", () => {
    const messages = [user, { role: "assistant", content: "" }, { role: "tool", content: "1" }];
    const { turns } = chat({ messages }).conversation;
    expect(turns.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(turns[2]?.parts).toEqual([
      { type: "text", text: "<tool_response>\n1\n</tool_response>", at: "messages[2].content" },
    ]);
  });

  test("keep a last result without its call, so that it is refused", () => {
    expect(parts(user, { role: "tool", content: "1" })).toEqual([
      ["user", "text"],
      ["user", "result"],
    ]);
  });
});

describe("a prompt", () => {
  test("is what the user says, after the system", () => {
    const { conversation, tools } = prompt({ system: "Be brief", images: ["aGk="] });
    expect(conversation.turns).toMatchObject([
      { role: "system", parts: [{ type: "text", text: "Be brief", at: "system" }] },
      {
        role: "user",
        parts: [
          { type: "image", url: "data:;base64,aGk=", at: "images[0]" },
          { type: "text", text: "Hi", at: "prompt" },
        ],
      },
    ]);
    expect(tools).toEqual([]);
  });

  test("has the same options as a chat", () => {
    expect(prompt({ options: { num_predict: 2 }, format: "json", think: true })).toMatchObject({
      maxTokens: 2,
      form: { type: "json_object" },
      reasoningEffort: "medium",
    });
  });

  test("that is raw needs no template, nor does one with a suffix", () => {
    const options = { num_predict: 2, stop: "x" };
    expect(fromPrompt({ prompt: "Hi", raw: true, options })).toMatchObject({
      prompts: [{ type: "text", text: "Hi" }],
      choices: 1,
      maxTokens: 2,
      stops: ["x"],
    });
    expect(fromPrompt({ prompt: "def f(", suffix: "return 1" })).toMatchObject({
      prompts: [{ type: "fim", prefix: "def f(", suffix: "return 1", files: [], at: "suffix" }],
    });
  });

  test.each<[string, Partial<GenerateRequest>, string, string]>([
    ["a template", { template: "{{ .Prompt }}" }, "unsupported_parameter", "template"],
    ["raw and a system prompt", { raw: true, system: "Be brief" }, "invalid_request", "system"],
    ["raw and images", { raw: true, images: ["aGk="] }, "unsupported_parameter", "images"],
  ])("is refused with %s", (_, extra, code, param) => {
    expect(refusal(() => prompt(extra))).toEqual({ code, param });
  });

  test.each([
    { suffix: "", template: "", raw: false },
    { suffix: null, template: null, raw: null },
  ])("may have empty ones: %j", (extra) => expect(prompt(extra).conversation.turns).toHaveLength(1));
});
