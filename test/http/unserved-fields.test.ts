import { describe, expect, test } from "bun:test";
import { createTestApp } from "../helpers/app.ts";

const messages = [{ role: "user", content: "Hi" }];
const chat = "/v1/chat/completions";
const tool = { name: "f", input_schema: { type: "object" } };

const send = (path: string, body: object) =>
  createTestApp().send(path, { method: "POST", body: JSON.stringify(body) });
const ignored = (...names: string[]) =>
  `These fields are not served and were ignored: ${names.map((name) => `"${name}"`).join(", ")}.`;

describe("a field that would change the answer and is not served", () => {
  test.each<[path: string, body: object, warning: string]>([
    [
      chat,
      { messages, store: true, verbosity: "low", min_tokens: 5 },
      ignored("store", "verbosity", "min_tokens"),
    ],
    [
      chat,
      { messages, verbosity: "high", tools: [{ type: "web_search" }, { function: { name: "f" } }] },
      `Tools of the types "web_search" were left out: only functions are served. ${ignored("verbosity")}`,
    ],
    ["/v1/completions", { prompt: "Hi", bad_words: ["a"] }, ignored("bad_words")],
    [
      "/v1/responses",
      { input: "Hi", max_tokens: 5, text: { verbosity: "low" }, reasoning: { mode: "pro" } },
      `${ignored("max_tokens")} ${ignored("text.verbosity")} ${ignored("reasoning.mode")}`,
    ],
    [
      "/v1/messages",
      { messages, mcp_servers: [{ type: "url" }], tools: [tool, { type: "web_search_20250305", name: "w" }] },
      `Tools that this server does not run were skipped: web_search_20250305 (tools[1]). ${ignored("mcp_servers")}`,
    ],
    ["/api/chat", { messages, options: { mirostat: 2, num_ctx: 4096 } }, ignored("options.mirostat")],
    ["/api/generate", { prompt: "Hi", context: [1, 2] }, ignored("context")],
  ])("is named in a header, %s %j", async (path, body, warning) => {
    for (const stream of [false, true]) {
      const response = await send(path, { ...body, stream });
      expect([response.status, response.headers.get("x-ov-llm-warning")]).toEqual([200, warning]);
      await response.text();
    }
  });

  test.each<[path: string, body: object]>([
    [chat, { messages, store: false, verbosity: "medium", modalities: ["text"], audio: null, typical_p: 1 }],
    [chat, { messages, prediction: { type: "content", content: "x" }, service_tier: "auto", user: "u" }],
    [chat, { messages, metadata: { a: "b" }, web_search_options: null, guided_json: null, options: {} }],
    ["/v1/responses", { input: "Hi", text: { verbosity: "medium" }, store: false, service_tier: "flex" }],
    ["/v1/messages", { messages, mcp_servers: [], service_tier: "auto", tools: [tool] }],
    ["/api/chat", { messages, options: { mirostat: 0, tfs_z: 1, num_ctx: 4096 } }],
  ])("is not warned of where it asks for nothing else, %s %j", async (path, body) => {
    const response = await send(path, { ...body, stream: false });
    expect([response.status, response.headers.get("x-ov-llm-warning")]).toEqual([200, null]);
  });

  test.each<[path: string, body: object, message: string]>([
    [
      chat,
      { messages, modalities: ["text", "audio"] },
      '"modalities" has "audio", but models here write text',
    ],
    [
      chat,
      { messages, audio: { voice: "alloy", format: "wav" } },
      '"audio" is not supported: models here write',
    ],
    [
      chat,
      { messages, web_search_options: {} },
      '"web_search_options" is not supported: this server does not',
    ],
    [chat, { messages, chat_template: "x" }, '"chat_template" is not supported'],
    [
      chat,
      { messages: [...messages, { role: "assistant", audio: { id: "a" } }, ...messages] },
      '"messages[1].audio" is kept by OpenAI alone',
    ],
    [chat, { messages, documents: [{ text: "x" }] }, '"documents" is not supported: put'],
    [chat, { messages, guided_json: {} }, "send it as `structured_outputs.json`"],
    [chat, { messages, grammar: "root ::= [a]" }, "send it as `structured_outputs.grammar`"],
    ["/v1/completions", { prompt: "Hi", guided_regex: "a" }, "send it as `structured_outputs.regex`"],
    ["/v1/responses", { input: "Hi", response_format: { type: "json_object" } }, "send `text.format`"],
  ])("is refused where the answer would be another kind of answer, %s %j", async (path, body, message) => {
    const response = await send(path, body);
    const { error } = JSON.parse(await response.text());
    expect([response.status, error.code]).toEqual([400, "unsupported_parameter"]);
    expect(error.message).toContain(message);
    expect(error.message).toContain(`"${error.param}" `);
  });
});
