import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { DetokenizeAnswer, TokenizeAnswer } from "../../src/api/operate/tokenize.ts";
import { OvError } from "../../src/errors.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";

const post = (path: string, body: object, options?: TestAppOptions) =>
  createTestApp(options).send(path, { method: "POST", body: JSON.stringify(body) });

const messages = [
  { role: "user", content: "Hi" },
  { role: "assistant", content: "Yo" },
];
const codes = (text: string) => [...text].map((character) => character.codePointAt(0));

describe("POST /tokenize", () => {
  test.each<[string, object, number[], string[] | null]>([
    ["a prompt, special tokens added", { prompt: "Hi" }, [1, ...codes("Hi")].map(Number), null],
    ["a prompt without", { prompt: "Hi", add_special_tokens: false }, codes("Hi").map(Number), null],
    ["an empty prompt", { prompt: "", add_special_tokens: false }, [], null],
    [
      "the texts of its tokens",
      { prompt: "Hi", return_token_strs: true },
      [1, ...codes("Hi")].map(Number),
      ["<s>", "H", "i"],
    ],
    ["messages, as the template renders them", { messages }, codes("Hi Yo").map(Number), null],
    [
      "messages with special tokens on top",
      { messages, add_special_tokens: true },
      [1, ...codes("Hi Yo")].map(Number),
      null,
    ],
    ["nulls for what is absent", { prompt: "a", messages: null, model: null, tools: null }, [1, 97], null],
  ])("gives %s", async (_, body, tokens, strings) => {
    const response = await post("/tokenize", body);
    const answer: unknown = await response.json();
    expect([response.status, Value.Check(TokenizeAnswer, answer)]).toEqual([200, true]);
    expect(answer).toEqual({ count: tokens.length, max_model_len: 64, tokens, token_strs: strings });
  });

  test.each<[string, object, string, string]>([
    ["neither prompt nor messages", {}, "invalid_request", "messages"],
    ["both", { prompt: "Hi", messages }, "invalid_request", "prompt"],
    ["a list as prompt", { prompt: ["Hi"] }, "invalid_request", "prompt"],
    ["no messages", { messages: [] }, "invalid_request", "messages"],
    ["an own template", { messages, chat_template: "x" }, "unsupported_parameter", "chat_template"],
    [
      "a message that goes on",
      { messages, continue_final_message: true },
      "unsupported_parameter",
      "continue_final_message",
    ],
    ["an unknown model", { model: "nobody", prompt: "Hi" }, "model_not_found", "model"],
  ])("refuses %s", async (_, body, code, param) => {
    const response = await post("/tokenize", body);
    expect(response.status).toBe(code === "model_not_found" ? 404 : 400);
    expect(await response.json()).toMatchObject({ error: { code, param } });
  });

  test("ends when it takes too long", async () => {
    const useTokenizer: TestAppOptions["useTokenizer"] = (_model, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const response = await post("/tokenize", { prompt: "Hi" }, { useTokenizer, requestSeconds: 0.01 });
    expect(response.status).toBe(504);
  });

  test("of an engine that offers no tokenizer is 400", async () => {
    const useTokenizer: TestAppOptions["useTokenizer"] = () => {
      throw new OvError("task_unsupported", "No.");
    };
    expect((await post("/tokenize", { prompt: "Hi" }, { useTokenizer })).status).toBe(400);
  });
});

describe("POST /detokenize", () => {
  test("gives the text back that /tokenize took", async () => {
    const { tokens } = Value.Parse(TokenizeAnswer, await (await post("/tokenize", { prompt: "Hi" })).json());
    const response = await post("/detokenize", { tokens });
    expect(Value.Parse(DetokenizeAnswer, await response.json())).toEqual({ prompt: "<s>Hi" });
  });

  test.each([{}, { tokens: "Hi" }, { tokens: [-1] }, { tokens: [1.5] }])("refuses %j", async (body) => {
    expect((await post("/detokenize", body)).status).toBe(400);
  });
});
