import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createOpenAI } from "@ai-sdk/openai";
import { Agent, tool as agentTool, OpenAIProvider, Runner } from "@openai/agents";
import { generateText, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import { z } from "zod";
import { errorOf } from "../helpers/failure.ts";
import { nextEvent } from "../helpers/next-event.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const apiKey = "a key of the tests";
const home = createTempDir();
const berlin = "The capital of Germany is Berlin.";
/** Greedy, so the answer is known. */
const ask = { model: smol, input: "What is the capital of Germany?", temperature: 0, max_output_tokens: 60 };
const Place = z.object({ city: z.string().max(30) });
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0, timeout: 170_000 });
});
afterAll(() => server.stop());

describe("the official client", () => {
  const weather: OpenAI.Responses.FunctionTool = {
    type: "function",
    name: "weather",
    description: "The weather of a city.",
    parameters: z.toJSONSchema(Place),
    strict: true,
  };

  test("gets a response", async () => {
    const response = await client.responses.create(ask);
    expect(response).toMatchObject({ status: "completed", model: smol, output_text: berlin });
    expect(response.usage).toMatchObject({ output_tokens: 8 });
  });

  test("puts a stream together with its own helper", async () => {
    const deltas: string[] = [];
    const stream = client.responses.stream(ask);
    stream.on("response.output_text.delta", ({ delta }) => deltas.push(delta));
    const response = await stream.finalResponse();
    expect([deltas.join(""), response.output_text, response.status]).toEqual([berlin, berlin, "completed"]);
    expect(deltas.length).toBeGreaterThan(3);
  });

  test("parses an answer of a schema", async () => {
    const format = zodTextFormat(Place, "place");
    const response = await client.responses.parse({ ...ask, text: { format } });
    expect(response.output_parsed).toEqual({ city: expect.any(String) });
  });

  test.each([true, false])("calls a tool and gives its result back, stored: %p", async (store) => {
    const options = { ...ask, store, tools: [weather], tool_choice: "required" as const };
    const stream = client.responses.stream(options);
    const { id, output } = await stream.finalResponse();
    const [call] = output;
    if (call?.type !== "function_call") throw new Error(`No call: ${JSON.stringify(output)}`);
    expect(Place.parse(JSON.parse(call.arguments))).toBeDefined();
    const result = {
      type: "function_call_output" as const,
      call_id: call.call_id,
      output: "Sunny, 21 degrees.",
    };
    const next = store
      ? { input: [result], previous_response_id: id }
      : { input: [{ role: "user" as const, content: ask.input }, call, result] };
    const answer = await client.responses.create({
      ...ask,
      ...next,
      store,
      tools: [weather],
      tool_choice: "none",
    });
    expect(answer.status).not.toBe("failed");
    expect(answer.output_text).not.toBe("");
  });

  test("finds, lists and deletes what is stored, and goes on from it", async () => {
    const first = await client.responses.create(ask);
    expect((await client.responses.retrieve(first.id)).output_text).toBe(berlin);
    const items = await Array.fromAsync(client.responses.inputItems.list(first.id));
    expect(items).toMatchObject([{ type: "message", role: "user" }]);
    const next = { ...ask, input: "And of France?", previous_response_id: first.id };
    const second = await client.responses.create(next);
    expect(second.usage?.input_tokens).toBeGreaterThan(first.usage?.input_tokens ?? 0);
    await client.responses.delete(first.id);
    expect(await errorOf(client.responses.retrieve(first.id))).toBeInstanceOf(OpenAI.NotFoundError);
    expect(await errorOf(client.responses.create(next))).toMatchObject({
      status: 400,
      code: "previous_response_not_found",
      param: "previous_response_id",
    });
  });

  test("counts input tokens", async () => {
    const { input, model } = ask;
    const { input_tokens } = await client.responses.inputTokens.count({ model, input });
    expect(input_tokens).toBe((await client.responses.create(ask)).usage?.input_tokens ?? 0);
  });

  test("cancels a response that goes on and on", async () => {
    const endless = { ...ask, max_output_tokens: 6000, ignore_eos: true };
    const stream = await client.responses.create({ ...endless, stream: true });
    const types: string[] = [];
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === "response.created") {
        expect((await client.responses.cancel(event.response.id)).status).toBe("cancelled");
      }
    }
    expect(types.at(-1)).toBe("response.failed");
  });

  test("stops in mid-stream by leaving", async () => {
    const stream = client.responses.stream({ ...ask, ...{ max_output_tokens: 6000, ignore_eos: true } });
    for await (const { type } of stream) {
      if (type === "response.output_text.delta") break;
    }
    const ended = await server.logged(/\/v1\/responses .*finish=client_closed_request/);
    expect(Number(/ new=(\d+)/.exec(ended)?.[1])).toBeLessThan(3000);
  });

  test("gets typed exceptions", async () => {
    const wrong = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "x", maxRetries: 0 });
    expect(await errorOf(wrong.responses.create(ask))).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(await errorOf(client.responses.create({ ...ask, model: "gpt-5" }))).toMatchObject({
      status: 404,
      code: "model_not_found",
    });
    expect(await errorOf(client.responses.create({ ...ask, background: true }))).toMatchObject({
      status: 400,
      code: "unsupported_parameter",
      param: "background",
    });
  });
});

describe("@openai/agents", () => {
  const settings = { temperature: 0, maxTokens: 60 };
  const runner = () =>
    new Runner({
      modelProvider: new OpenAIProvider({ openAIClient: client, useResponses: true }),
      tracingDisabled: true,
    });

  test.each([false, true])("runs a tool and ends with a message, streamed: %p", async (isStream) => {
    const asked: string[] = [];
    const weather = agentTool({
      name: "weather",
      description: "The weather of a city.",
      parameters: Place,
      execute: ({ city }) => {
        asked.push(city);
        return "Sunny, 21 degrees.";
      },
    });
    const agent = new Agent({
      name: "Helper",
      instructions: "You help.",
      model: smol,
      tools: [weather],
      // Only for its first turn: agents reset it.
      modelSettings: { ...settings, toolChoice: "required" },
    });
    const question = "What is the weather in Berlin?";
    const started = isStream
      ? await runner().run(agent, question, { stream: true, maxTurns: 6 })
      : await runner().run(agent, question, { maxTurns: 6 });
    if ("completed" in started) await started.completed;
    expect(asked.length).toBeGreaterThan(0);
    expect(started.finalOutput).toEqual(expect.any(String));
    expect(started.newItems.map(({ type }) => type)).toContain("tool_call_output_item");
  });

  test("stops in mid-stream", async () => {
    const control = new AbortController();
    const agent = new Agent({
      name: "Helper",
      instructions: "You help.",
      model: smol,
      modelSettings: { temperature: 0, maxTokens: 6000, providerData: { ignore_eos: true } },
    });
    const ended = nextEvent(server.url, "request.finished", "client_closed_request", apiKey);
    const run = await runner().run(agent, ask.input, { stream: true, signal: control.signal });
    for await (const { type } of run) if (type === "raw_model_stream_event") control.abort();
    expect(Number(/"new_tokens":(\d+)/.exec(await ended)?.[1])).toBeLessThan(3000);
  });

  test("gets an output of its type", async () => {
    const agent = new Agent({
      name: "Cities",
      instructions: "Name a city.",
      model: smol,
      outputType: Place,
      modelSettings: settings,
    });
    const { finalOutput } = await runner().run(agent, "A city in Germany?");
    expect(finalOutput).toEqual({ city: expect.any(String) });
  });
});

describe("the AI SDK's OpenAI provider", () => {
  const model = () => createOpenAI({ baseURL: `${server.url}/v1`, apiKey }).responses(smol);
  const base = { temperature: 0, maxOutputTokens: 60, maxRetries: 0 };
  const weather = (asked: string[]) =>
    tool({
      description: "The weather of a city.",
      inputSchema: Place,
      execute: async ({ city }) => {
        asked.push(city);
        return "Sunny, 21 degrees.";
      },
    });

  test("runs a tool, refers to what is stored and goes on", async () => {
    const asked: string[] = [];
    const { steps } = await generateText({
      ...base,
      model: model(),
      prompt: "What is the weather in Berlin?",
      tools: { weather: weather(asked) },
      stopWhen: stepCountIs(2),
      prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
    });
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", expect.any(String)]);
    expect(asked).toHaveLength(1);
  });

  test("streams a text", async () => {
    const { fullStream, text } = streamText({ ...base, model: model(), prompt: ask.input });
    const kinds: string[] = [];
    for await (const { type } of fullStream) kinds.push(type);
    expect([kinds.includes("error"), kinds.filter((kind) => kind === "text-delta").length > 3]).toEqual([
      false,
      true,
    ]);
    expect(await text).toBe(berlin);
  });
});
