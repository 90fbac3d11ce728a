import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { createTestApp } from "../../helpers/app.ts";
import { runsOf } from "./fuzz.ts";
import { around, messages } from "./requests.ts";

const app = createTestApp({
  maxTokens: 4,
  load: async () => ({
    host: createMemoryHost({
      contextLength: 4096,
      capabilities: ["logprobs", "grammar"],
      specialTokens: ["<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"],
    }),
    defaults: {},
  }),
});

function openai(body: unknown): void {
  expect(body).toMatchObject({
    error: { message: expect.any(String), type: expect.any(String), code: expect.any(String) },
  });
}
const anthropic = (body: unknown) =>
  expect(body).toMatchObject({
    type: "error",
    error: { type: expect.any(String), message: expect.any(String) },
  });
const ollama = (body: unknown) => expect(body).toEqual({ error: expect.any(String) });

const version = { "anthropic-version": "2023-06-01" };

describe.each([
  ["/v1/chat/completions", {}, openai, { messages, max_tokens: 2 }],
  ["/v1/completions", {}, openai, { prompt: "Hi", max_tokens: 2 }],
  ["/v1/responses", {}, openai, { input: "Hi", max_output_tokens: 2 }],
  ["/infill", {}, openai, { input_prefix: "a", input_suffix: "b", n_predict: 2 }],
  ["/tokenize", {}, openai, { prompt: "Hi" }],
  ["/detokenize", {}, openai, { tokens: [1] }],
  ["/v1/messages", version, anthropic, { messages, max_tokens: 2 }],
  ["/v1/messages/count_tokens", version, anthropic, { messages }],
  ["/api/chat", {}, ollama, { messages }],
  ["/api/generate", {}, ollama, { prompt: "Hi" }],
  ["/api/show", {}, ollama, {}],
  ["/api/copy", {}, ollama, { source: "memory", destination: "m" }],
])("any request to %s", (path, extra, checkError, usual) => {
  test("is answered, or refused in the dialect's shape, and is never our failure", async () => {
    const headers = { "content-type": "application/json", ...extra };
    await fc.assert(
      fc.asyncProperty(around(usual), async (value) => {
        const response = await app.send(path, { method: "POST", headers, body: JSON.stringify(value) });
        const answer = await response.text();
        expect(response.status, answer).toBeLessThan(500);
        if (response.status >= 400) return checkError(JSON.parse(answer));
        expect(answer).not.toContain("internal_error");
        if (response.headers.get("content-type")?.startsWith("application/json")) JSON.parse(answer);
      }),
      runsOf(80),
    );
  }, 540_000);
});
