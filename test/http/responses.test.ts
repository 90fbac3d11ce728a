import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { ResponseEvent } from "../../src/api/openai/responses/events.ts";
import { Deletion, InputTokens, ItemList, Response } from "../../src/api/openai/responses/response.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { findMissing } from "../api/openai/responses/contract.ts";
import { createMemoryHost, type MemoryHostOptions } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import { readEvents } from "../helpers/server.ts";
import { settled } from "../helpers/settled.ts";

type TestApp = ReturnType<typeof createTestApp>;

function createApp(host: MemoryHostOptions = {}, extra: TestAppOptions = {}) {
  return createTestApp({ load: async () => ({ host: createMemoryHost(host), defaults: {} }), ...extra });
}

async function readResponse(answer: globalThis.Response): Promise<Response> {
  const body: unknown = await answer.json();
  expect([answer.status, findMissing(body)]).toEqual([200, []]);
  expect([...Value.Errors(Response, body)]).toEqual([]);
  return Value.Decode(Response, body);
}

const respond = async (app: TestApp, body: Record<string, unknown>) => readResponse(await app.respond(body));

/** All events of a stream, each held to the schema and to OpenAI's keys, numbered from 0. */
async function stream(app: TestApp, body: Record<string, unknown>): Promise<ResponseEvent[]> {
  const answer = await app.respond({ ...body, stream: true });
  expect(answer.headers.get("content-type")).toStartWith("text/event-stream");
  return toEvents(await answer.text());
}

function toEvents(text: string): ResponseEvent[] {
  const pieces = text.split("\n\n").filter((piece) => piece.startsWith("event: "));
  const events = pieces.map((piece) => {
    const [name, data = ""] = piece.split("\n");
    const event: unknown = JSON.parse(data.slice("data: ".length));
    expect([...Value.Errors(ResponseEvent, event)]).toEqual([]);
    expect(findMissing(event)).toEqual([]);
    expect(event).toHaveProperty("type", name?.slice("event: ".length));
    return Value.Decode(ResponseEvent, event);
  });
  expect(events.map(({ sequence_number }) => sequence_number)).toEqual([...events.keys()]);
  return events;
}

async function errorOf(answer: globalThis.Response) {
  const body: unknown = await answer.json();
  expect(Value.Check(ErrorBody, body)).toBe(true);
  return [answer.status, Value.Decode(ErrorBody, body).error.code, Value.Decode(ErrorBody, body).error.param];
}

const textOf = ({ output }: Response) =>
  output.flatMap((item) => (item.type === "message" ? item.content.map(({ text }) => text) : [])).join("");

const weather = {
  type: "function",
  name: "weather",
  parameters: { type: "object", properties: { city: { type: "string" } } },
};
const calling = ["<tool_call>\n", '{"name": "weather", "arguments": ', '{"city": "Bonn"}', "}\n</tool_call>"];

describe("POST /v1/responses", () => {
  test("answers a text, plain and streamed", async () => {
    const app = createApp({ writes: ["Hel", "lo."] });
    const response = await respond(app, { input: "Hi", metadata: { a: "b" }, max_output_tokens: 9 });
    expect(response).toMatchObject({
      id: expect.stringMatching(/^resp_/),
      status: "completed",
      model: "memory",
      metadata: { a: "b" },
      max_output_tokens: 9,
      usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
    });
    expect(textOf(response)).toBe("Hello.");
    const events = await stream(app, { input: "Hi" });
    const last = events.at(-1);
    expect(last).toMatchObject({ type: "response.completed", response: { status: "completed" } });
    expect(events[0]?.type).toBe("response.created");
  });

  test("is incomplete where its tokens were bounded", async () => {
    const app = createApp();
    const response = await respond(app, { input: "Hi", max_output_tokens: 2 });
    expect(response).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
    });
    expect((await stream(app, { input: "Hi", max_output_tokens: 2 })).at(-1)?.type).toBe(
      "response.incomplete",
    );
  });

  test("calls a tool and goes on with its result", async () => {
    const app = createApp({ writes: calling, contextLength: 4096 });
    const input = [{ role: "user", content: "The weather in Bonn?" }];
    const response = await respond(app, { input, tools: [weather] });
    const [call] = response.output;
    expect(response.output).toMatchObject([
      { type: "function_call", name: "weather", arguments: '{"city": "Bonn"}' },
    ]);
    const result = {
      type: "function_call_output",
      call_id: call?.type === "function_call" && call.call_id,
      output: "Sun",
    };
    const next = { input: [...input, ...response.output, result], tools: [weather] };
    expect((await respond(app, next)).usage?.input_tokens).toBeGreaterThan(response.usage?.input_tokens ?? 0);
    const types = (await stream(app, { input, tools: [weather] })).map(({ type }) => type);
    expect(types).toContain("response.function_call_arguments.delta");
  });

  test("skips tools that OpenAI runs itself, and warns of it", async () => {
    const app = createApp({ contextLength: 4096 });
    const tools = [{ type: "web_search", external_web_access: true }, weather];
    for (const isStream of [false, true]) {
      const answer = await app.respond({ input: "Hi", tools, stream: isStream });
      expect([answer.status, answer.headers.get("x-ov-llm-warning")]).toEqual([
        200,
        "Tools that this server does not run were skipped: web_search (tools[0]).",
      ]);
      await answer.text();
    }
    expect((await app.respond({ input: "Hi" })).headers.get("x-ov-llm-warning")).toBeNull();
  });

  test("warns of many skipped tools in no more than a header has room for", async () => {
    const app = createApp({ contextLength: 4096 });
    const nested = Array.from({ length: 128 }, () => ({ type: "web_search_preview" }));
    const namespace = { type: "namespace", name: "web", tools: nested };
    const answer = await app.respond({ input: "Hi", tools: [namespace, namespace, weather] });
    expect(answer.headers.get("x-ov-llm-warning")).toHaveLength(500);
    await answer.text();
  });

  test("leaves the oldest turns out where it is asked to and the input does not fit", async () => {
    const app = createApp({ contextLength: 12 });
    const input = Array.from({ length: 8 }, (_, index) => ({ role: "user", content: `one two ${index}` }));
    expect(await errorOf(await app.respond({ input }))).toEqual([400, "context_length_exceeded", null]);
    const response = await respond(app, { input, truncation: "auto" });
    expect(response.usage?.input_tokens).toBeLessThan(12);
    expect(response.truncation).toBe("auto");
  });

  test.each<[string, Record<string, unknown>, number, string, string | null]>([
    ["no input", {}, 400, "invalid_request", "input"],
    ["an input of another type", { input: 7 }, 400, "invalid_request", "input"],
    [
      "an unknown role",
      { input: [{ role: "robot", content: "Hi" }] },
      400,
      "invalid_request",
      "input[0].role",
    ],
    [
      "an image",
      { input: [{ role: "user", content: [{ type: "input_image", image_url: "data:," }] }] },
      400,
      "unsupported_parameter",
      "input[0].content[0]",
    ],
    [
      "a result without a call",
      { input: [{ type: "function_call_output", call_id: "x", output: "R" }] },
      400,
      "invalid_request",
      "input[0].call_id",
    ],
    ["an unknown model", { model: "gpt-4o", input: "Hi" }, 404, "model_not_found", "model"],
    [
      "a lark grammar",
      { input: "Hi", tools: [{ type: "custom", name: "p", format: { type: "grammar", syntax: "lark" } }] },
      400,
      "unsupported_parameter",
      "tools[0].format.syntax",
    ],
    [
      "a strict schema that cannot be held",
      { input: "Hi", text: { format: { type: "json_schema", strict: true, schema: { type: 7 } } } },
      400,
      "invalid_request",
      "text.format.schema.type",
    ],
    [
      "a tool that is not there",
      { input: "Hi", tools: [weather], tool_choice: { type: "function", name: "g" } },
      400,
      "invalid_request",
      "tool_choice",
    ],
    ["background mode", { input: "Hi", background: true }, 400, "unsupported_parameter", "background"],
    [
      "an unknown previous response",
      { input: "Hi", previous_response_id: "resp_x" },
      400,
      "previous_response_not_found",
      "previous_response_id",
    ],
    ["more than the context holds", { input: "x ".repeat(100) }, 400, "context_length_exceeded", null],
  ])("refuses %s, plain and streamed", async (_, body, status, code, param) => {
    const app = createApp();
    expect(await errorOf(await app.respond(body))).toEqual([status, code, param]);
    expect(await errorOf(await app.respond({ ...body, stream: true }))).toEqual([status, code, param]);
  });

  test("reports a crash in mid-stream as response.failed, and to the log as what it was", async () => {
    const gate = Promise.withResolvers<void>();
    let tokens = 0;
    const host = createMemoryHost({ gate: () => (tokens++ === 0 ? Promise.resolve() : gate.promise) });
    const app = createTestApp({ load: async () => ({ host, defaults: {} }) });
    const codes: (string | undefined)[] = [];
    app.events.subscribe((event) => {
      if (event.topic === "request" && event.type === "finished") codes.push(event.code);
    });
    const answer = await app.respond({ input: "Hi", stream: true });
    const text = answer.text();
    await settled();
    host.crash();
    const last = toEvents(await text).at(-1);
    expect(last).toMatchObject({
      type: "response.failed",
      response: { status: "failed", error: { code: "server_error" }, output: [{ type: "message" }] },
    });
    expect(codes).toEqual(["engine_crashed"]);
    const id = last?.type === "response.failed" ? last.response.id : "";
    expect(await readResponse(await app.get(`/v1/responses/${id}`))).toMatchObject({ status: "failed" });
  });

  test("is ended in the engine when the client leaves, and is not kept", async () => {
    const host = createMemoryHost({ gate: () => new Promise<void>(() => {}) });
    const app = createTestApp({ load: async () => ({ host, defaults: {} }) });
    const answer = await app.respond({ input: "Hi", stream: true });
    await settled();
    expect(host.running()).toBe(1);
    await answer.body?.cancel();
    await settled();
    expect(host.running()).toBe(0);
  });
});

describe("stored responses", () => {
  test("are shown, listed and deleted", async () => {
    const app = createApp();
    const response = await respond(app, { input: "Hi" });
    const path = `/v1/responses/${response.id}`;
    expect(await readResponse(await app.get(path))).toEqual(response);
    const list: unknown = await (await app.get(`${path}/input_items?order=asc&limit=5`)).json();
    expect([...Value.Errors(ItemList, list)]).toEqual([]);
    expect(list).toMatchObject({
      data: [
        { type: "message", role: "user", status: "completed", content: [{ type: "input_text", text: "Hi" }] },
      ],
      has_more: false,
    });
    const deleted: unknown = await (await app.send(path, { method: "DELETE" })).json();
    expect([Value.Check(Deletion, deleted), deleted]).toEqual([
      true,
      { id: response.id, object: "response", deleted: true },
    ]);
    for (const [again, method] of [
      [path, "GET"],
      [path, "DELETE"],
      [`${path}/input_items`, "GET"],
      [`${path}/cancel`, "POST"],
    ] as const) {
      expect(await errorOf(await app.send(again, { method }))).toEqual([404, "response_not_found", "id"]);
    }
  });

  test("are gone on from, with all that led up to them", async () => {
    const app = createApp({ writes: ["B "] });
    const first = await respond(app, { input: "A", instructions: "Not taken over." });
    const second = await respond(app, { input: "C", previous_response_id: first.id });
    expect(second).toMatchObject({ previous_response_id: first.id, usage: { input_tokens: 4 } });
    const third = await respond(app, { input: "D", previous_response_id: second.id });
    expect(third.usage?.input_tokens).toBe(7);
    const items: unknown = await (await app.get(`/v1/responses/${third.id}/input_items`)).json();
    expect(items).toMatchObject({ data: [{ content: [{ text: "D" }] }] });
  });

  test("take the result of a call without the call itself", async () => {
    const app = createApp({ writes: calling, contextLength: 4096 });
    const { id, output } = await respond(app, { input: "The weather?", tools: [weather] });
    const [call] = output;
    const callId = call?.type === "function_call" ? call.call_id : "";
    const input = [{ type: "function_call_output", call_id: callId, output: "Sun" }];
    expect(await respond(app, { input, previous_response_id: id, tools: [weather] })).toMatchObject({
      status: "completed",
    });
    const reference = { type: "item_reference", id: call?.id };
    expect(await respond(app, { input: [reference, ...input], tools: [weather] })).toMatchObject({
      status: "completed",
    });
  });

  test("are not kept where the client says so", async () => {
    const app = createApp();
    const { id, store } = await respond(app, { input: "Hi", store: false });
    expect(store).toBe(false);
    expect((await app.get(`/v1/responses/${id}`)).status).toBe(404);
  });

  test("belong to the key that asked", async () => {
    const keys = createKeyring(() => [
      { name: "a", key: "key-a" },
      { name: "b", key: "key-b" },
    ]);
    const app = createApp({}, { keys });
    const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const { id } = await readResponse(await app.respond({ input: "Hi" }, as("key-a")));
    expect((await app.send(`/v1/responses/${id}`, as("key-a"))).status).toBe(200);
    expect(await errorOf(await app.send(`/v1/responses/${id}`, as("key-b")))).toEqual([
      404,
      "response_not_found",
      "id",
    ]);
    const goOn = { input: "Hi", previous_response_id: id };
    expect(await errorOf(await app.respond(goOn, as("key-b")))).toEqual([
      400,
      "previous_response_not_found",
      "previous_response_id",
    ]);
    expect((await app.respond(goOn, as("key-a"))).status).toBe(200);
  });

  test("cannot be compacted, which the answer says", async () => {
    const response = await createApp().send("/v1/responses/compact", { method: "POST", body: "{}" });
    const text = await response.text();
    expect(response.status).toBe(400);
    expect(text).toContain("This server does not compact conversations");
  });

  test("cannot be replayed", async () => {
    const app = createApp();
    const { id } = await respond(app, { input: "Hi" });
    const replay = await app.get(`/v1/responses/${id}?stream=true`);
    expect(await errorOf(replay)).toEqual([400, "unsupported_parameter", "stream"]);
    expect((await app.get(`/v1/responses/${id}?stream=false&include=x`)).status).toBe(200);
  });

  test("are listed by a sane query only", async () => {
    const app = createApp();
    const { id } = await respond(app, { input: "Hi" });
    for (const query of ["limit=0", "limit=101", "limit=x", "order=up"]) {
      expect((await app.get(`/v1/responses/${id}/input_items?${query}`)).status).toBe(400);
    }
  });
});

describe("POST /v1/responses/{id}/cancel", () => {
  test("ends the stream of a response that is being made", async () => {
    const host = createMemoryHost({ gate: () => new Promise<void>(() => {}) });
    const app = createTestApp({ load: async () => ({ host, defaults: {} }) });
    const answer = await app.respond({ input: "Hi", stream: true });
    const reader = answer.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value);
    const [, id = ""] = /"id":"(resp_\w+)"/.exec(first) ?? [];
    expect(await readResponse(await app.get(`/v1/responses/${id}`))).toMatchObject({ status: "in_progress" });
    const cancelled = await readResponse(await app.send(`/v1/responses/${id}/cancel`, { method: "POST" }));
    expect(cancelled).toMatchObject({ id, status: "cancelled" });
    let rest = "";
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      rest += new TextDecoder().decode(next.value);
    }
    expect(rest).toContain("event: response.failed");
    expect(await readResponse(await app.get(`/v1/responses/${id}`))).toMatchObject({ status: "cancelled" });
    expect(host.running()).toBe(0);
  });

  test("is refused for one that has ended", async () => {
    const app = createApp();
    const { id } = await respond(app, { input: "Hi" });
    const answer = await app.send(`/v1/responses/${id}/cancel`, { method: "POST" });
    expect(await errorOf(answer)).toEqual([400, "invalid_request", "id"]);
  });
});

test("POST /v1/responses/input_tokens counts what the response would be asked", async () => {
  const app = createApp();
  const body = { input: "one two three", instructions: "zero" };
  const answer = await app.send("/v1/responses/input_tokens", { method: "POST", body: JSON.stringify(body) });
  const counted: unknown = await answer.json();
  expect([Value.Check(InputTokens, counted), counted]).toEqual([
    true,
    { object: "response.input_tokens", input_tokens: 4 },
  ]);
  expect((await respond(app, body)).usage?.input_tokens).toBe(4);
});

test("chat's own events stay as they are", async () => {
  const answer = await createApp().chat({ messages: [{ role: "user", content: "Hi" }], stream: true });
  expect((await readEvents(answer)).at(-1)).toBe("[DONE]");
});
