import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ErrorResponse } from "../../src/api/anthropic/errors.ts";
import { Message, MessageEvent, TokensCount } from "../../src/api/anthropic/messages/response.ts";
import { ModelInfo, ModelInfoList } from "../../src/api/anthropic/models.ts";
import { OvError } from "../../src/errors.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import { createRandom } from "../helpers/random.ts";

const messages = [{ role: "user", content: "Hi there" }];
const version = { "anthropic-version": "2023-06-01" };
const path = "/v1/messages";

function open(options: TestAppOptions = {}) {
  const app = createTestApp(options);
  const post = (to: string, body: unknown, headers: Record<string, string> = {}) =>
    app.send(to, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), headers });
  return { ...app, post };
}

/** The error of an answer, once its whole shape is known to be Anthropic's. */
async function errorOf(response: Response) {
  const body: unknown = await response.json();
  if (!Value.Check(ErrorResponse, body)) throw new Error(`No error: ${JSON.stringify(body)}`);
  expect(response.headers.get("request-id")).toBe(body.request_id);
  const { type, message, details } = body.error;
  return { status: response.status, type, message, code: details.error_code };
}

/** The events of a stream by name and data. */
async function eventsOf(response: Response): Promise<{ name: string; data: unknown }[]> {
  const events = (await response.text()).split("\n\n").filter((event) => event.startsWith("event: "));
  return events.map((event) => {
    const [, name = "", data = ""] = /^event: (.+)\ndata: (.+)$/.exec(event) ?? [];
    return { name, data: JSON.parse(data) };
  });
}

describe("POST /v1/messages", () => {
  test("answers whole", async () => {
    const response = await open().post(path, { model: "memory", messages, max_tokens: 5 }, version);
    expect([response.status, response.headers.get("request-id")]).toEqual([200, "req_0"]);
    expect(Value.Parse(Message, await response.json())).toMatchObject({
      id: "msg_1",
      model: "memory",
      content: [{ type: "text", text: "river stone music paper light " }],
      stop_reason: "max_tokens",
      usage: { input_tokens: 2, output_tokens: 5 },
    });
  });

  test("streams events that are named by their type", async () => {
    const response = await open().post(path, { messages, max_tokens: 50, stream: true });
    const events = await eventsOf(response);
    for (const { name, data } of events) {
      expect([...Value.Errors(MessageEvent, data)]).toEqual([]);
      expect(data).toMatchObject({ type: name });
    }
    expect(events.map(({ name }) => name).filter((name) => name !== "content_block_delta")).toEqual([
      "message_start",
      "ping",
      "content_block_start",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
  });

  test("is generous with what a client sends besides", async () => {
    const { post } = open();
    const response = await post(`${path}?beta=true`, {
      messages,
      max_tokens: 32_000,
      metadata: { user_id: "u" },
      context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
      thinking: { type: "adaptive", display: "omitted" },
      output_config: { effort: "high" },
      service_tier: "auto",
      tools: [{ type: "web_search_20250305", name: "web_search" }],
    });
    expect(response.status).toBe(200);
  });

  test.each<[string, unknown, number, string, string, string]>([
    ["no JSON", "{", 400, "invalid_request_error", "invalid_json", "not valid JSON"],
    [
      "no messages",
      { max_tokens: 1 },
      400,
      "invalid_request_error",
      "invalid_request",
      '"messages" is missing',
    ],
    [
      "an empty list of messages",
      { messages: [] },
      400,
      "invalid_request_error",
      "invalid_request",
      "at least 1",
    ],
    [
      "a role that is no text",
      { messages: [{ role: 1 }] },
      400,
      "invalid_request_error",
      "invalid_request",
      "messages[0].role",
    ],
    ["no tokens", { messages, max_tokens: 0 }, 400, "invalid_request_error", "invalid_request", "max_tokens"],
    [
      "an unknown model",
      { model: "x", messages },
      404,
      "not_found_error",
      "model_not_found",
      'Cannot find model "x"',
    ],
    [
      "an image",
      { messages: [{ role: "user", content: [{ type: "image", source: {} }] }] },
      400,
      "invalid_request_error",
      "invalid_request",
      "messages[0].content",
    ],
    [
      "a result of no call",
      { messages: [{ role: "user", content: [{ type: "tool_result", tool_use_id: "9" }] }] },
      400,
      "invalid_request_error",
      "invalid_request",
      '"9", which answers no tool call',
    ],
    [
      "a choice without tools",
      { messages, tool_choice: { type: "any" } },
      400,
      "invalid_request_error",
      "invalid_request",
      '"tool_choice" asks for a tool call',
    ],
    [
      "a prompt beyond the context",
      { messages: [{ role: "user", content: "word ".repeat(99) }] },
      400,
      "invalid_request_error",
      "context_length_exceeded",
      "Prompt is too long: ",
    ],
    ["a body beyond its bound", "x".repeat(1_000_001), 413, "request_too_large", "request_too_large", ""],
  ])("refuses %s", async (_, body, status, type, code, message) => {
    const error = await errorOf(await open().post(path, body));
    expect(error).toEqual({ status, type, code, message: expect.stringContaining(message) });
  });

  test.each(["base64", "url"])("refuses an image of a %s by its place", async (type) => {
    const content = [
      { type: "text", text: "See" },
      { type: "image", source: { type, data: "AA==", url: "u" } },
    ];
    const error = await errorOf(await open().post(path, { messages: [{ role: "user", content }] }));
    expect(error).toMatchObject({ status: 400, code: "unsupported_parameter" });
    expect(error.message).toStartWith('"messages[0].content[1]" is an image');
  });

  test.each([
    ["GET", path, 405, "invalid_request_error"],
    ["GET", `${path}/nothing`, 404, "not_found_error"],
    ["POST", `${path}/nothing`, 404, "not_found_error"],
    ["POST", `${path}/batches`, 400, "invalid_request_error"],
  ])("%s %s is %i", async (method, to, status, type) => {
    expect(await errorOf(await open().send(to, { method }))).toMatchObject({ status, type });
  });

  test("is 429 where the queue is full, with the time to wait", async () => {
    const gate = Promise.withResolvers<void>();
    const host = createMemoryHost({ gate: () => gate.promise });
    const { post } = open({ load: async () => ({ host, defaults: {} }) });
    const all = Array.from({ length: 20 }, () => post(path, { messages, max_tokens: 1 }));
    const refused = await Promise.race(all);
    expect(refused.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await errorOf(refused)).toMatchObject({ status: 429, type: "rate_limit_error" });
    gate.resolve();
    await Promise.all(all);
  });

  test.each([
    ["shutting_down", 503, "overloaded_error"],
    ["insufficient_memory", 503, "overloaded_error"],
    ["model_load_failed", 503, "api_error"],
    ["engine_unavailable", 503, "api_error"],
  ] as const)("%s is %i %s, plain and before a stream's first event", async (code, status, type) => {
    const { post } = open({
      load: async () => {
        throw new OvError(code, "Sorry.");
      },
    });
    for (const stream of [false, true]) {
      expect(await errorOf(await post(path, { messages, stream }))).toMatchObject({ status, type, code });
    }
  });

  test("ends a stream that fails with an error event", async () => {
    const host = createMemoryHost({ gate: async () => host.crash() });
    const { post } = open({ load: async () => ({ host, defaults: {} }) });
    const last = (await eventsOf(await post(path, { messages, stream: true }))).at(-1);
    expect(last?.name).toBe("error");
    expect(last?.data).toMatchObject({ type: "error", error: { type: "api_error" }, request_id: "req_0" });
    expect(Value.Check(ErrorResponse, last?.data)).toBe(true);
  });

  test("refuses to cancel what does not run, in Anthropic's shape", async () => {
    const refused = await errorOf(await open().post(`${path}/msg_9/cancel`, ""));
    expect(refused).toMatchObject({ status: 404, type: "not_found_error" });
  });

  test.each([`${path}/msg_1/cancel`, "/v1/chat/completions/msg_1/cancel"])(
    "is cancelled by its id: %s",
    async (cancel) => {
      const gate = Promise.withResolvers<void>();
      const host = createMemoryHost({ gate: () => gate.promise });
      const { post } = open({ load: async () => ({ host, defaults: {} }) });
      const response = await post(path, { messages, stream: true });
      const reader = response.body?.getReader();
      await reader?.read();
      expect((await post(cancel, "")).status).toBe(200);
      let rest = "";
      for (let next = await reader?.read(); next && !next.done; next = await reader?.read())
        rest += new TextDecoder().decode(next.value);
      expect(rest).toContain('"error_code":"request_cancelled"');
      gate.resolve();
    },
  );

  test("ends in the engine when its client leaves", async () => {
    const host = createMemoryHost({ gate: () => new Promise(() => {}) });
    const { post } = open({ load: async () => ({ host, defaults: {} }) });
    const response = await post(path, { messages, stream: true });
    const reader = response.body?.getReader();
    await reader?.read();
    expect(host.running()).toBe(1);
    await reader?.cancel();
    expect(host.running()).toBe(0);
  });
});

describe("POST /v1/messages/count_tokens", () => {
  const body = { system: "Be kind.", messages, tools: [{ name: "f", input_schema: { type: "object" } }] };

  test("counts what a message's prompt takes", async () => {
    const { post } = open();
    const counted = Value.Parse(TokensCount, await (await post(`${path}/count_tokens`, body)).json());
    const answered = Value.Parse(Message, await (await post(path, { ...body, max_tokens: 1 })).json());
    expect(counted.input_tokens).toBe(answered.usage.input_tokens);
    expect(counted.input_tokens).toBeGreaterThan(4);
  });

  test("counts a prompt beyond the context, so that its client knows by how much", async () => {
    const long = { messages: [{ role: "user", content: "word ".repeat(99) }] };
    const response = await open().post(`${path}/count_tokens`, long);
    const { input_tokens } = Value.Parse(TokensCount, await response.json());
    expect(input_tokens).toBeGreaterThanOrEqual(99);
    expect(input_tokens).toBeLessThan(160);
  });

  test.each<[string, unknown, number]>([
    ["no JSON", "[", 400],
    ["no messages", {}, 400],
    ["an unknown model", { model: "x", messages }, 404],
    ["a prompt beyond all bounds", { messages: [{ role: "user", content: "word ".repeat(99_999) }] }, 400],
  ])("refuses %s", async (_, given, status) => {
    expect((await errorOf(await open().post(`${path}/count_tokens`, given))).status).toBe(status);
  });
});

describe("GET /v1/models with Anthropic's header", () => {
  test("lists models in Anthropic's shape", async () => {
    const response = await open().send("/v1/models?limit=1000", { headers: version });
    const list = Value.Parse(ModelInfoList, await response.json());
    expect(list).toMatchObject({ has_more: false, first_id: "memory", last_id: "memory" });
    expect(list.data).toMatchObject([
      { id: "memory", type: "model", created_at: "1970-01-01T00:00:00.000Z" },
    ]);
    expect(await (await open().get("/v1/models")).json()).toMatchObject({ object: "list" });
  });

  test("shows one, and refuses an unknown one in Anthropic's shape", async () => {
    const { send } = open();
    const model = await send("/v1/models/memory", { headers: version });
    expect(Value.Parse(ModelInfo, await model.json()).id).toBe("memory");
    expect(await errorOf(await send("/v1/models/x", { headers: version }))).toMatchObject({
      status: 404,
      type: "not_found_error",
    });
  });
});

describe("with a key", () => {
  const keys = createKeyring(() => [{ name: "mine", key: "secret" }]);

  test.each([
    { "x-api-key": "secret" },
    { authorization: "Bearer secret" },
    { authorization: "bearer  secret" },
  ])("%j opens every route", async (headers) => {
    const { post, send } = open({ keys });
    const given = { ...headers, ...version };
    const answers = [
      await post(path, { messages }, given),
      await post(`${path}/count_tokens`, { messages }, given),
      await send("/v1/models", { headers: given }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test.each([{}, { "x-api-key": "wrong" }, { authorization: "Basic secret" }, { "x-api-key": "" }])(
    "%j opens none",
    async (headers) => {
      const { post, send } = open({ keys });
      const given = { ...headers, ...version };
      for (const response of [
        await post(path, { messages }, given),
        await post(`${path}/count_tokens`, "{", given),
        await send("/v1/models", { headers: given }),
        await send("/v1/models/memory", { headers: given }),
      ]) {
        expect(await errorOf(response)).toMatchObject({ status: 401, type: "authentication_error" });
      }
    },
  );

  test("names the header that it is to come in", async () => {
    expect((await errorOf(await open({ keys }).post(path, {}))).message).toContain("`x-api-key: <key>`");
  });
});

test("a page may send what the official client sends", async () => {
  const { send } = open({
    access: { host: "127.0.0.1", allowedHosts: [], corsOrigins: ["https://chat.example"], machine: "box" },
  });
  const names = [
    "x-api-key",
    "anthropic-version",
    "anthropic-dangerous-direct-browser-access",
    "x-stainless-lang",
  ];
  const response = await send(path, {
    method: "OPTIONS",
    headers: {
      origin: "https://chat.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": names.join(","),
    },
  });
  const allowed = response.headers.get("access-control-allow-headers")?.split(/, */) ?? [];
  expect(names.filter((name) => !allowed.includes(name))).toEqual([]);
});

test.each(["GET", "HEAD"])("%s / says that somebody is there, without a key", async (method) => {
  const keys = createKeyring(() => [{ name: "mine", key: "secret" }]);
  const response = await open({ keys }).send("/", { method });
  expect(response.status).toBe(200);
  expect((await response.text()).includes("ov-llm is running")).toBe(method === "GET");
});

test("no request, however odd, is a failure of the server", async () => {
  const random = createRandom(15);
  const pick = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  const odd = (depth: number): unknown =>
    pick([
      () => null,
      () => "",
      () => "text \ud800",
      () => -1,
      () => 1e300,
      () => true,
      () => [],
      () => ({}),
      () => (depth > 4 ? null : [block(depth + 1), block(depth + 1)]),
      () => (depth > 4 ? null : [odd(depth + 1)]),
    ])?.();
  const keys = [
    "text",
    "content",
    "source",
    "input",
    "id",
    "name",
    "tool_use_id",
    "thinking",
    "signature",
    "title",
    "tool_name",
    "is_error",
  ];
  const types = [
    "text",
    "image",
    "document",
    "search_result",
    "thinking",
    "tool_use",
    "tool_result",
    "tool_reference",
    "server_tool_use",
    "compaction",
    "x",
  ];
  const block = (depth: number): unknown => ({
    type: pick(types),
    ...Object.fromEntries(
      keys.filter(() => random() < 0.4).map((key) => [key, random() < 0.5 ? "t" : odd(depth)]),
    ),
  });
  const fields = [
    "system",
    "tools",
    "tool_choice",
    "thinking",
    "output_config",
    "stop_sequences",
    "temperature",
    "stream",
    "top_k",
  ];
  const { post } = open();
  const statuses = new Map<number, number>();
  for (let count = 0; count < 1500; count++) {
    const turns = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
      role: pick(["user", "assistant", "system", "tool"]),
      content: random() < 0.3 ? "words" : [block(0), block(0)],
    }));
    const extra = Object.fromEntries(fields.filter(() => random() < 0.1).map((field) => [field, odd(0)]));
    const response = await post(pick([path, `${path}/count_tokens`]) ?? path, {
      messages: turns,
      max_tokens: 2,
      ...extra,
    });
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
    if (response.status !== 200) await errorOf(response);
    else await response.text();
  }
  expect([...statuses.keys()].sort()).toEqual([200, 400]);
  expect(statuses.get(200)).toBeGreaterThan(100);
});
