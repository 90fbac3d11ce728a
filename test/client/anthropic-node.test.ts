import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";
import { isNative } from "../helpers/engine.ts";
import { errorOf } from "../helpers/failure.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const apiKey = "a key of the tests";
const berlin = "The capital of Germany is Berlin.";
const capital = [{ role: "user" as const, content: "What is the capital of Germany?" }];
/** Greedy, so the answer is known. The client's types no longer know `temperature`. */
const ask = { model: smol, messages: capital, max_tokens: 40, temperature: 0 };
const tool = {
  name: "weather",
  description: "Tells the weather of a city.",
  input_schema: {
    type: "object" as const,
    properties: { city: { type: "string", maxLength: 30 } },
    required: ["city"],
    additionalProperties: false,
  },
};
let server: TestServer;
let client: Anthropic;

const clientWith = (key: string) =>
  new Anthropic({ baseURL: server.url, apiKey: key, maxRetries: 0, timeout: 170_000 });

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey, OV_MAX_BODY: "1MB" } });
  client = clientWith(apiKey);
  await client.messages.create({ ...ask, max_tokens: 1 });
});
afterAll(() => server.stop());

const textOf = ({ content }: { content: Anthropic.ContentBlock[] }) =>
  content.map((block) => (block.type === "text" ? block.text : "")).join("");

async function apiErrorOf(promise: Promise<unknown>) {
  const error = await errorOf(promise);
  if (!(error instanceof Anthropic.APIError)) throw new Error(`No APIError: ${String(error)}`);
  return error;
}

describe("the official client", () => {
  test("lists the models and shows one", async () => {
    const models = await Array.fromAsync(client.models.list());
    expect(models).toMatchObject([{ id: smol, type: "model", lifecycle: "active", max_input_tokens: 8192 }]);
    expect((await client.models.retrieve(smol)).created_at).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  test("gets a message whole", async () => {
    const message = await client.messages.create(ask);
    expect(textOf(message)).toBe(berlin);
    expect(message).toMatchObject({
      model: smol,
      role: "assistant",
      stop_reason: "end_turn",
      usage: { output_tokens: 8 },
    });
    expect(message._request_id).toMatch(/^req_\w+$/);
  });

  test("gets a message streamed, put together by its own helper", async () => {
    const deltas: string[] = [];
    const stream = client.messages.stream(ask).on("text", (delta) => deltas.push(delta));
    const message = await stream.finalMessage();
    expect([textOf(message), deltas.join("")]).toEqual([berlin, berlin]);
    expect(deltas.length).toBeGreaterThan(3);
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { output_tokens: 8 } });
    expect(message.usage.input_tokens + (message.usage.cache_read_input_tokens ?? 0)).toBeGreaterThan(10);
  });

  test("gets the raw events", async () => {
    const events = await Array.fromAsync(await client.messages.create({ ...ask, stream: true }));
    expect(events[0]?.type).toBe("message_start");
    expect(events.at(-1)?.type).toBe("message_stop");
  });

  test("reads what the system prompt says", async () => {
    const system = [{ type: "text" as const, text: "Answer with one word." }];
    const { usage } = await client.messages.create({ ...ask, system, max_tokens: 1 });
    const { usage: without } = await client.messages.create({ ...ask, max_tokens: 1 });
    const count = ({ input_tokens, cache_read_input_tokens }: Anthropic.Usage) =>
      input_tokens + (cache_read_input_tokens ?? 0);
    expect(count(usage)).not.toBe(count(without));
    expect((await client.messages.countTokens({ model: smol, messages: capital, system })).input_tokens).toBe(
      count(usage),
    );
  });

  test.each<[string, object, string, string, string | null]>([
    [
      "a stop sequence",
      { stop_sequences: ["many is Ber", "Rome"] },
      "The capital of Ger",
      "stop_sequence",
      "many is Ber",
    ],
    ["max_tokens", { max_tokens: 3 }, "The capital of", "max_tokens", null],
    ["its own end, whatever max_tokens allows", { max_tokens: 32_000 }, berlin, "end_turn", null],
  ])("gets an answer that ends at %s", async (_, extra, text, reason, sequence) => {
    const message = await client.messages.create({ ...ask, ...extra });
    expect([textOf(message), message.stop_reason, message.stop_sequence]).toEqual([text, reason, sequence]);
  });

  test("may leave in the middle of a stream, which ends in the engine", async () => {
    const stream = await client.messages.create({
      ...ask,
      messages: [{ role: "user", content: "Write a very long story." }],
      max_tokens: 6000,
      stream: true,
    });
    let seen = 0;
    for await (const event of stream) {
      if (event.type === "content_block_delta" && ++seen === 3) break;
    }
    expect(await server.logged(/POST \/v1\/messages 499/)).toContain("stream=true");
  });
});

describe("tools", () => {
  test("are called, whole and streamed, and their results answered", async () => {
    const request = {
      ...ask,
      messages: [{ role: "user" as const, content: "What is the weather in Berlin?" }],
      max_tokens: 200,
      tools: [tool],
    };
    const choice = { tool_choice: { type: "tool" as const, name: "weather" } };
    const called = await client.messages.create({ ...request, ...choice });
    const streamed = await client.messages.stream({ ...request, ...choice }).finalMessage();
    for (const { content, stop_reason } of [called, streamed]) {
      expect([stop_reason, content.length]).toEqual(["tool_use", 1]);
      expect(content[0]).toMatchObject({
        type: "tool_use",
        name: "weather",
        input: { city: expect.any(String) },
      });
    }
    const id = called.content[0]?.type === "tool_use" ? called.content[0].id : "";
    const answered = await client.messages.create({
      ...request,
      tool_choice: { type: "none" },
      messages: [
        ...request.messages,
        { role: "assistant", content: called.content },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: id, content: "Sunny." },
            { type: "text", text: "So?" },
          ],
        },
      ],
    });
    expect(textOf(answered)).not.toBe("");
  });

  test("are run by the client's own runner, over the whole conversation each time", async () => {
    const asked: unknown[] = [];
    const runner = client.beta.messages.toolRunner({
      model: smol,
      max_tokens: 100,
      max_iterations: 2,
      messages: [{ role: "user", content: "What is the weather in Berlin?" }],
      tool_choice: { type: "any" },
      tools: [
        betaTool({
          name: "weather",
          description: "Tells the weather of a city.",
          inputSchema: {
            type: "object",
            properties: { city: { type: "string", maxLength: 30 } },
            required: ["city"],
            additionalProperties: false,
          },
          run: (place) => {
            asked.push(place);
            return "Sunny, 21 degrees.";
          },
        }),
      ],
    });
    const reasons: (string | null)[] = [];
    for await (const { stop_reason } of runner) reasons.push(stop_reason);
    expect(reasons).toEqual(["tool_use", "tool_use"]);
    expect(asked[0]).toEqual({ city: expect.any(String) });
  });
});

test.skipIf(isNative)("an answer of a schema is parsed", async () => {
  const format = { type: "json_schema" as const, schema: { ...tool.input_schema } };
  const message = await client.messages.create({ ...ask, max_tokens: 200, output_config: { format } });
  expect(JSON.parse(textOf(message))).toEqual({ city: expect.any(String) });
});

describe("errors become the client's own", () => {
  test.each<[string, object, new (...args: never[]) => Error, string, string]>([
    ["an unknown model", { model: "gpt" }, Anthropic.NotFoundError, "not_found_error", "model_not_found"],
    ["no messages", { messages: [] }, Anthropic.BadRequestError, "invalid_request_error", "invalid_request"],
    [
      "a prompt beyond the context",
      { messages: [{ role: "user", content: "word ".repeat(9000) }] },
      Anthropic.BadRequestError,
      "invalid_request_error",
      "context_length_exceeded",
    ],
    [
      "an image",
      { messages: [{ role: "user", content: [{ type: "image", source: { type: "url", url: "u" } }] }] },
      Anthropic.BadRequestError,
      "invalid_request_error",
      "unsupported_parameter",
    ],
    [
      "a body beyond its bound",
      { system: "x".repeat(2_000_000) },
      Anthropic.APIError,
      "request_too_large",
      "request_too_large",
    ],
  ])("%s", async (_, extra, kind, type, code) => {
    for (const stream of [false, true]) {
      const error = await apiErrorOf(client.messages.create({ ...ask, ...extra, stream }));
      expect(error).toBeInstanceOf(kind);
      expect([error.type, error.errorCode]).toEqual([type, code]);
      expect(error.requestID).toMatch(/^req_\w+$/);
    }
  });

  test("a wrong key", async () => {
    const wrong = clientWith("another key");
    for (const call of [
      () => wrong.messages.create(ask),
      () => wrong.models.list(),
      () => wrong.messages.countTokens({ model: smol, messages: capital }),
    ]) {
      expect(await apiErrorOf(call())).toBeInstanceOf(Anthropic.AuthenticationError);
    }
  });

  test("a path that is not served", async () => {
    expect(await apiErrorOf(client.get("/v1/messages/nothing"))).toBeInstanceOf(Anthropic.NotFoundError);
  });

  test("a part of the API that is not served", async () => {
    expect(await apiErrorOf(client.messages.batches.list())).toBeInstanceOf(Anthropic.BadRequestError);
  });
});

test("nothing of what was said, nor the key, is in the log", () => {
  const log = server.log().join("\n");
  expect(log).toContain("POST /v1/messages 200");
  for (const secret of ["Berlin", "capital", apiKey]) expect(log).not.toContain(secret);
});
