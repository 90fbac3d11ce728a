import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { DetokenizeAnswer, TokenizeAnswer } from "../../src/api/operate/tokenize.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";

const post = (path: string, body: object, options?: TestAppOptions) =>
  createTestApp(options).send(path, { method: "POST", body: JSON.stringify(body) });

const messages = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Yo" },
];
describe("POST /tokenize", () => {
  test.each<[string, object, string[]]>([
    ["a prompt, special tokens added", { prompt: "Hi you" }, ["<s>", "Hi", " you"]],
    ["a prompt without", { prompt: "Hi you", add_special_tokens: false }, ["Hi", " you"]],
    ["an empty prompt", { prompt: "", add_special_tokens: false }, []],
    ["messages, as the template renders them", { messages }, ["Hi", " Yo"]],
    ["messages with special tokens on top", { messages, add_special_tokens: true }, ["<s>", "Hi", " Yo"]],
    ["nulls for what is absent", { prompt: "a", messages: null, model: null, tools: null }, ["<s>", "a"]],
  ])("gives %s", async (_, body, strings) => {
    const response = await post("/tokenize", { ...body, return_token_strs: true });
    const answer = Value.Parse(TokenizeAnswer, await response.json());
    expect(answer).toMatchObject({ count: strings.length, max_model_len: 64, token_strs: strings });
    expect(answer.tokens).toHaveLength(strings.length);
  });

  test("gives no texts of tokens unless asked", async () => {
    expect(await (await post("/tokenize", { prompt: "Hi" })).json()).toMatchObject({ token_strs: null });
  });

  test.each<[string, object, string, string]>([
    ["neither prompt nor messages", {}, "invalid_request", "messages"],
    ["both", { prompt: "Hi", messages }, "invalid_request", "prompt"],
    ["a list as prompt", { prompt: ["Hi"] }, "invalid_request", "prompt"],
    ["no messages", { messages: [] }, "invalid_request", "messages"],
    ["an own template", { messages, chat_template: "x" }, "unsupported_parameter", "chat_template"],
    [
      "a message that goes on beside an answer of its own",
      { messages, continue_final_message: true, add_generation_prompt: true },
      "invalid_request",
      "continue_final_message",
    ],
    [
      "a user's message that goes on",
      { messages: messages.slice(0, 1), continue_final_message: true },
      "invalid_request",
      "continue_final_message",
    ],
    ["an unknown model", { model: "nobody", prompt: "Hi" }, "model_not_found", "model"],
  ])("refuses %s", async (_, body, code, param) => {
    const response = await post("/tokenize", body);
    expect(response.status).toBe(code === "model_not_found" ? 404 : 400);
    expect(await response.json()).toMatchObject({ error: { code, param } });
  });

  test("ends when it takes too long", async () => {
    const load: TestAppOptions["load"] = (_target, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const response = await post("/tokenize", { prompt: "Hi" }, { load, requestSeconds: 0.01 });
    expect(response.status).toBe(504);
  });
});

describe("messages whose last one is the assistant's", () => {
  const chatTemplate =
    "{% for message in messages %}{{ message.content }} . {% endfor %}{% if add_generation_prompt %}go{% endif %}";

  test.each<[string, object, string]>([
    ["are continued by default, as in chat", {}, "Hi . Yo"],
    ["are continued where that is asked for", { continue_final_message: true }, "Hi . Yo"],
    [
      "are continued without a generation prompt",
      { continue_final_message: true, add_generation_prompt: false },
      "Hi . Yo",
    ],
    ["are whole where that is refused", { continue_final_message: false }, "Hi . Yo . go"],
    ["are followed by an answer where that is asked for", { add_generation_prompt: true }, "Hi . Yo . go"],
    ["are alone where none is", { add_generation_prompt: false }, "Hi . Yo . "],
  ])("%s", async (_, options, expected) => {
    const load = async () => ({ host: createMemoryHost({ chatTemplate }), defaults: {} });
    const body = { messages, ...options, return_token_strs: true };
    const { token_strs } = Value.Parse(
      TokenizeAnswer,
      await (await post("/tokenize", body, { load })).json(),
    );
    expect(token_strs?.join("")).toBe(expected);
  });
});

describe("POST /detokenize", () => {
  test("gives the text back that /tokenize took", async () => {
    const app = createTestApp();
    const ask = (path: string, body: object) =>
      app.send(path, { method: "POST", body: JSON.stringify(body) });
    const { tokens } = Value.Parse(TokenizeAnswer, await (await ask("/tokenize", { prompt: "Hi" })).json());
    const response = await ask("/detokenize", { tokens });
    expect(Value.Parse(DetokenizeAnswer, await response.json())).toEqual({ prompt: "<s>Hi" });
  });

  test.each([{}, { tokens: "Hi" }, { tokens: [-1] }, { tokens: [1.5] }])("refuses %j", async (body) => {
    expect((await post("/detokenize", body)).status).toBe(400);
  });
});
