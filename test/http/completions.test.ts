import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { TextCompletion } from "../../src/api/openai/completions/response.ts";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import type { LoadModel } from "../../src/engine/model/loaded.ts";
import { createMemoryHost, type MemoryHostOptions } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import { createRandom } from "../helpers/random.ts";
import { readEvents } from "../helpers/server.ts";

/** The API over one host in memory, without a chat template unless it is given one. */
function createCompletionsApp(host: MemoryHostOptions = {}, options: TestAppOptions = {}) {
  const memory = createMemoryHost({ chatTemplate: null, ...host });
  const load: LoadModel = async () => ({ host: memory, defaults: {} });
  const app = createTestApp({ load, ...options });
  const post = (path: string, body: object) => app.send(path, { method: "POST", body: JSON.stringify(body) });
  return { ...app, post, complete: (body: object) => post("/v1/completions", body), memory };
}

const fim = ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"];

describe("POST /v1/completions over hosts in memory", () => {
  test("completes a text, by a model without a chat template", async () => {
    const { complete, memory, post } = createCompletionsApp();
    const response = await complete({ prompt: "Hi you", max_tokens: 2 });
    const answer = Value.Parse(TextCompletion, await response.json());
    expect(answer).toMatchObject({ usage: { prompt_tokens: 3, completion_tokens: 2 } });
    expect(answer.id).toStartWith("cmpl-");
    expect(memory.asked[0]).toMatchObject({ prompt: "Hi you", add_special_tokens: true, max_tokens: 2 });
    const chat = await post("/v1/chat/completions", { messages: [{ role: "user", content: "Hi" }] });
    expect(await chat.json()).toMatchObject({ error: { code: "chat_template_failed" } });
  });

  test("bounds an answer by 16 tokens unless it is asked for another bound", async () => {
    const { complete, memory } = createCompletionsApp();
    await complete({ prompt: "Hi" });
    expect(memory.asked[0]?.max_tokens).toBe(16);
  });

  test("streams the echo, the text, the finish reason, the usage and the end, in this order", async () => {
    const stream_options = { include_usage: true };
    const body = { prompt: "Hi", max_tokens: 2, echo: true, stream: true, stream_options };
    const events = await readEvents(await createCompletionsApp().complete(body));
    expect(events).toMatchObject([
      { choices: [{ text: "Hi", finish_reason: null }], usage: null },
      { choices: [{ text: expect.any(String), finish_reason: null }] },
      { choices: [{ text: expect.any(String), finish_reason: null }] },
      { choices: [{ text: "", finish_reason: "length" }] },
      { choices: [], usage: { prompt_tokens: 2, completion_tokens: 2 } },
      "[DONE]",
    ]);
  });

  test("answers many prompts in their order, each as if it were alone, however few run at once", async () => {
    const { complete, pool } = createCompletionsApp({}, { maxConcurrent: 4 });
    // More than the pool runs and lets wait together.
    const prompt = Array.from({ length: 20 }, (_, index) => `prompt ${index}`);
    const body = { prompt, n: 2, temperature: 1, seed: 5, max_tokens: 3, echo: true };
    const { choices, usage } = Value.Parse(TextCompletion, await (await complete(body)).json());
    expect(choices.map(({ index }) => index)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(choices.map(({ text }) => text.split(" ").slice(0, 2).join(" "))).toEqual(
      prompt.flatMap((one) => [one, one]).map((one) => expect.stringContaining(one)),
    );
    expect(usage).toMatchObject({ prompt_tokens: 20 * 3, completion_tokens: 40 * 3 });
    const alone = await (await complete({ ...body, prompt: "prompt 7" })).json();
    expect(alone).toMatchObject({ choices: [{ text: choices[14]?.text }, { text: choices[15]?.text }] });
    expect(Object.values([...pool.status().values()])).toMatchObject([{ running: 0, waiting: 0 }]);
  });

  test("takes token ids as they are, and echoes their text", async () => {
    const { complete, post, memory } = createCompletionsApp();
    const { tokens } = JSON.parse(await (await post("/tokenize", { prompt: "Hi you" })).text());
    const response = await complete({ prompt: [tokens, tokens], max_tokens: 1, echo: true });
    const { choices } = Value.Parse(TextCompletion, await response.json());
    expect(memory.asked.map(({ prompt }) => prompt)).toEqual([tokens, tokens]);
    for (const { text } of choices) expect(text).toStartWith("<s>Hi you");
  });

  test("fills a gap by a model that has tokens for it", async () => {
    const { complete, memory } = createCompletionsApp({ specialTokens: fim });
    for (const _ of [1, 2]) expect((await complete({ prompt: "a", suffix: "b" })).status).toBe(200);
    expect(memory.asked.map(({ prompt }) => prompt)).toEqual([
      "<fim_prefix>a<fim_suffix>b<fim_middle>",
      "<fim_prefix>a<fim_suffix>b<fim_middle>",
    ]);
  });

  test("gives the chosen tokens' log probabilities", async () => {
    const response = await createCompletionsApp().complete({ prompt: "Hi", max_tokens: 2, logprobs: 0 });
    const { choices } = Value.Parse(TextCompletion, await response.json());
    expect(choices[0]?.logprobs).toMatchObject({ token_logprobs: [-0.5, -0.5], text_offset: [0, 6] });
    expect(choices[0]?.logprobs?.tokens.join("")).toBe(choices[0]?.text ?? "");
  });

  const structured_outputs = { regex: "a+" };
  test.each<[string, object, string, string]>([
    [
      "a gap, by a model without tokens for it",
      { prompt: "a", suffix: "b" },
      "unsupported_parameter",
      "suffix",
    ],
    ["the likeliest tokens", { prompt: "a", logprobs: 2 }, "unsupported_parameter", "logprobs"],
    ["more answers than are returned", { prompt: "a", best_of: 2 }, "unsupported_parameter", "best_of"],
    [
      "a form, by an engine that keeps to none",
      { prompt: "a", structured_outputs },
      "unsupported_parameter",
      "structured_outputs",
    ],
    ["a prompt that is none", { prompt: { a: 1 } }, "invalid_request", "prompt"],
    ["an unknown model", { model: "nobody", prompt: "a" }, "model_not_found", "model"],
  ])("refuses %s, plain and streamed", async (_, body, code, param) => {
    for (const stream of [false, true]) {
      const response = await createCompletionsApp().complete({ ...body, stream });
      expect(response.status).toBe(code === "model_not_found" ? 404 : 400);
      expect(await response.json()).toMatchObject({ error: { code, param } });
    }
  });

  test("refuses prompts that leave no room, and ids that the model does not have", async () => {
    const { complete } = createCompletionsApp({ contextLength: 8 });
    const long = await complete({ prompt: "a b c d e f g h" });
    expect(await long.json()).toMatchObject({ error: { code: "context_length_exceeded" } });
    const unknown = await complete({ prompt: [2_000_000_000] });
    expect(await unknown.json()).toMatchObject({ error: { code: "invalid_request" } });
  });

  test("can be cancelled by the id of its chunks", async () => {
    const stuck = new Promise<void>(() => {});
    const { complete, post } = createCompletionsApp({ gate: () => stuck });
    const pending = complete({ prompt: ["a", "b"], max_tokens: 5 });
    await new Promise((resolve) => setImmediate(resolve));
    // The first id that the app has given out is the request's own, the second the answer's.
    const cancelled = await post("/v1/chat/completions/cmpl-1/cancel", {});
    expect(cancelled.status).toBe(200);
    expect(await (await pending).json()).toMatchObject({ error: { code: "request_cancelled" } });
  });
});

describe("POST /infill over hosts in memory", () => {
  test("fills a gap with other files around it, and answers in llama.cpp's words", async () => {
    const { post, memory } = createCompletionsApp({ specialTokens: fim });
    const response = await post("/infill", {
      input_prefix: "a\n",
      prompt: "  b",
      input_suffix: "c",
      input_extra: [{ text: "x", filename: "x.ts" }],
      n_predict: 3,
    });
    expect(await response.json()).toMatchObject({
      content: expect.any(String),
      stop: true,
      stop_type: "limit",
      tokens_predicted: 3,
    });
    expect(memory.asked[0]?.prompt).toBe(
      "\n\n--- snippet ---\n\nx<fim_prefix>a\n  b<fim_suffix>c<fim_middle>",
    );
  });

  test("streams pieces, and the end with all the rest", async () => {
    const { post } = createCompletionsApp({ specialTokens: fim });
    const events = await readEvents(await post("/infill", { input_prefix: "a", n_predict: 2, stream: true }));
    expect(events).toMatchObject([
      { content: expect.any(String), stop: false },
      { content: expect.any(String), stop: false },
      { content: "", stop: true, tokens_predicted: 2 },
    ]);
  });

  test("is refused by a model without tokens for a gap, in OpenAI's words", async () => {
    const response = await createCompletionsApp().post("/infill", { input_prefix: "a", input_suffix: "" });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: { code: "unsupported_parameter", param: "input_suffix" },
    });
  });
});

test("whatever a body holds, the answer is one of the API's, and never a failure of the server", async () => {
  const app = createCompletionsApp({ specialTokens: fim });
  const random = createRandom(7);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const values = [null, "", "a", "\ud83d", 0, 1, -1, 2 ** 40, 0.5, true, [], ["a"], [1], [[1]], {}, { a: 1 }];
  const keys = ["prompt", "suffix", "n", "best_of", "echo", "logprobs", "max_tokens", "stop", "stream"];
  const infill = ["input_prefix", "input_suffix", "input_extra", "n_predict", "response_fields", "seed"];
  for (let round = 0; round < 300; round++) {
    const names = [1, 2, 3].map(() => pick([...keys, ...infill]));
    const body = Object.fromEntries(names.map((name) => [name, pick(values)]));
    for (const path of ["/v1/completions", "/infill"]) {
      const response = await app.post(path, body);
      const asked = `${path} ${JSON.stringify(body)}: ${response.status}`;
      expect(asked).toMatch(/: (200|400)$/);
      const text = await response.text();
      if (response.status === 400) expect(Value.Check(ErrorBody, JSON.parse(text))).toBe(true);
    }
  }
});
