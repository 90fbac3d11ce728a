import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { generateText, jsonSchema, Output, stepCountIs, streamText, tool } from "ai";
import OpenAI from "openai";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const apiKey = "a key of the tests";
const home = createTempDir();
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0, timeout: 170_000 });
});
afterAll(() => server.stop());

interface Place {
  city: string;
  days?: number;
}

const parameters = {
  type: "object" as const,
  properties: {
    city: { type: "string" as const, maxLength: 30 },
    days: { type: "integer" as const, minimum: 1, maximum: 9 },
  },
  required: ["city"],
  additionalProperties: false,
};
const question = "What is the weather in Berlin?";

describe("the official client's tool runner", () => {
  test("calls the function with what it can parse, and gives the result back", async () => {
    const asked: Place[] = [];
    const weather = {
      name: "weather",
      description: "Tells the weather of a city.",
      parameters,
      parse: (text: string): Place => JSON.parse(text),
      function: (place: Place) => {
        asked.push(place);
        return "Sunny, 21 degrees.";
      },
    };
    const runner = client.chat.completions.runTools(
      {
        model: smol,
        messages: [{ role: "user", content: question }],
        tools: [{ type: "function", function: weather }],
        // A named function makes the runner end after its call.
        tool_choice: { type: "function", function: { name: "weather" } },
        temperature: 0,
        max_tokens: 200,
      },
      { maxChatCompletions: 3 },
    );
    await runner.done();
    expect(asked).toEqual([expect.objectContaining({ city: expect.any(String) })]);
    expect(runner.messages.map(({ role }) => role)).toEqual(["user", "assistant", "tool"]);
  });
});

describe("the AI SDK's OpenAI-compatible provider", () => {
  const model = () =>
    createOpenAICompatible({
      name: "ov-llm",
      baseURL: `${server.url}/v1`,
      apiKey,
      supportsStructuredOutputs: true,
    })(smol);
  const weather = (asked: Place[]) =>
    tool({
      description: "Tells the weather of a city.",
      inputSchema: jsonSchema<Place>(parameters),
      execute: async (place) => {
        asked.push(place);
        return "Sunny, 21 degrees.";
      },
    });
  const base = { temperature: 0, maxOutputTokens: 200, maxRetries: 0 };

  test("runs a tool, sends its result and goes on", async () => {
    const asked: Place[] = [];
    const { steps } = await generateText({
      ...base,
      model: model(),
      prompt: question,
      tools: { weather: weather(asked) },
      stopWhen: stepCountIs(2),
      prepareStep: ({ stepNumber }) => ({ toolChoice: stepNumber === 0 ? "required" : "none" }),
    });
    expect(steps.map(({ finishReason }) => finishReason)).toEqual(["tool-calls", expect.any(String)]);
    expect(asked.length).toBeGreaterThan(0);
    expect(steps[1]?.text).not.toBe("");
  });

  test("streams a tool call's arguments in pieces", async () => {
    const kinds: string[] = [];
    const { fullStream, toolCalls } = streamText({
      ...base,
      model: model(),
      prompt: question,
      tools: { weather: weather([]) },
      toolChoice: "required",
    });
    for await (const { type } of fullStream) kinds.push(type);
    expect(kinds).toContain("tool-input-start");
    expect(kinds.filter((kind) => kind === "tool-input-delta").length).toBeGreaterThan(2);
    expect((await toolCalls)[0]).toMatchObject({ toolName: "weather", input: { city: expect.any(String) } });
  });

  test("gets an object of a schema", async () => {
    const { output } = await generateText({
      ...base,
      model: model(),
      prompt: "Name a city for a trip of some days.",
      output: Output.object({ schema: jsonSchema<Place>(parameters) }),
    });
    expect(output).toEqual(expect.objectContaining({ city: expect.any(String) }));
  });
});
