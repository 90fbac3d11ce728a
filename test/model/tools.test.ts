import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { Ajv2020 } from "ajv/dist/2020";
import OpenAI from "openai";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { amount } from "../helpers/whole.ts";
import { type SampleTool, sampleRequests, sampleSchemas } from "./tool-samples.ts";

setDefaultTimeout(540_000);
const ajv = new Ajv2020({ strict: false, allErrors: true });
const home = createTempDir();
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startServer({ home });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0, timeout: 500_000 });
});
afterAll(() => server.stop());

/** 25 sets of tools, about each of which so many questions are asked. */
const questions = amount({ whole: 8, part: 1 });
/** To each of 50 schemas. */
const answersEach = amount({ whole: 4, part: 1 });

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Call = { name: string; arguments: string };

const base = { model: smol, temperature: 0.7, seed: 5, max_tokens: 600 };
const oneCall = { tool_choice: "required" as const };
const user = (content: string) => [{ role: "user" as const, content }];

/** What is wrong with a call of one of these tools; empty: nothing. */
function faultsOf(call: Call, tools: SampleTool[]): string[] {
  const tool = tools.find((one) => one.function.name === call.name);
  if (!tool) return [`no tool ${call.name}`];
  return faultsOfJson(call.arguments, tool.function.parameters);
}

function faultsOfJson(text: string, schema: Record<string, unknown>): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [`no JSON: ${text}`];
  }
  return ajv.validate(schema, value) ? [] : [`${ajv.errorsText()}: ${text}`];
}

async function callsOf(body: Body): Promise<{ calls: Call[]; reason: string; content: string | null }> {
  const { choices } = await client.chat.completions.create(body);
  const { message, finish_reason } = choices[0]!;
  const calls = (message.tool_calls ?? []).flatMap((call) =>
    call.type === "function" ? [call.function] : [],
  );
  return { calls, reason: finish_reason, content: message.content };
}

/** All of them, some at a time. */
async function mapAll<T, R>(items: T[], run: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < items.length; index = next++)
      results[index] = await run(items[index]!, index);
  };
  await Promise.all(Array.from({ length: 16 }, work));
  return results;
}

describe("tool calls of a tiny model", () => {
  test(`required: each of ${25 * questions} answers is a call alone, every one valid`, async () => {
    const answers = await mapAll(sampleRequests(25, questions), async ({ question, tools }) => ({
      tools,
      ...(await callsOf({ ...base, ...oneCall, messages: user(question), tools })),
    }));
    expect(answers.flatMap(({ calls, tools }) => calls.flatMap((call) => faultsOf(call, tools)))).toEqual([]);
    expect(answers.filter(({ calls, content }) => calls.length !== 1 || content !== null)).toEqual([]);
    expect([...new Set(answers.map(({ reason }) => reason))]).toEqual(["tool_calls"]);
  });

  test("required, several: all are valid but one that max_tokens may cut", async () => {
    const faults = await mapAll(sampleRequests(2, 1, 2), async ({ question, tools }) => {
      const several = { parallel_tool_calls: true, max_tokens: 400 };
      const body = { ...base, ...oneCall, ...several, messages: user(question), tools };
      const { calls, reason } = await callsOf(body);
      expect(calls.length).toBeGreaterThan(0);
      const whole = reason === "length" ? calls.slice(0, -1) : calls;
      return whole.flatMap((call) => faultsOf(call, tools));
    });
    expect(faults.flat()).toEqual([]);
  });

  test("named: each call is of the named tool, and valid", async () => {
    const faults = await mapAll(sampleRequests(8, 1, 3), async ({ question, tools }) => {
      const { name } = tools.at(-1)!.function;
      const tool_choice = { type: "function" as const, function: { name } };
      const { calls } = await callsOf({ ...base, ...oneCall, messages: user(question), tools, tool_choice });
      expect(calls.map((call) => call.name)).toEqual([name]);
      return calls.flatMap((call) => faultsOf(call, tools));
    });
    expect(faults.flat()).toEqual([]);
  });

  test("auto: whatever is called after an earlier call is valid, and no marker is left in the content", async () => {
    const answers = await mapAll(sampleRequests(8, 1, 4), async ({ question, tools }) => {
      const [call] = (await callsOf({ ...base, ...oneCall, messages: user(question), tools })).calls;
      // Left unanswered, because the model would repeat the answer instead of calling again.
      const told = [{ id: "a", type: "function" as const, function: call! }];
      const earlier = { role: "assistant" as const, tool_calls: told };
      const messages = [...user(question), earlier, ...user(question.replace(/in \w+/, "in Rome"))];
      return { tools, ...(await callsOf({ ...base, temperature: 0, max_tokens: 200, messages, tools })) };
    });
    const called = answers.filter(({ reason }) => reason === "tool_calls");
    expect(called.length).toBeGreaterThan(0);
    expect(called.flatMap(({ calls, tools }) => calls.flatMap((call) => faultsOf(call, tools)))).toEqual([]);
    expect(answers.filter(({ content }) => content?.includes("<tool_call>"))).toEqual([]);
  });

  test("none makes no call", async () => {
    await mapAll(sampleRequests(4, 1, 5), async ({ question, tools }) => {
      const body = { ...base, messages: user(question), tools, max_tokens: 60, tool_choice: "none" as const };
      const { calls, content } = await callsOf(body);
      expect(calls).toEqual([]);
      expect(content).not.toBe("");
    });
  });

  test("streamed: the pieces put together are one valid call", async () => {
    await mapAll(sampleRequests(8, 1, 6), async ({ question, tools }) => {
      const body = { ...base, ...oneCall, messages: user(question), tools };
      const { choices } = await client.chat.completions.stream(body).finalChatCompletion();
      const calls = (choices[0]?.message.tool_calls ?? []).flatMap((call) =>
        call.type === "function" ? [{ name: call.function.name, arguments: call.function.arguments }] : [],
      );
      expect(calls).toHaveLength(1);
      expect(calls.flatMap((call) => faultsOf(call, tools))).toEqual([]);
      expect(choices[0]?.finish_reason).toBe("tool_calls");
    });
  });
});

describe("answers of a tiny model held to a form", () => {
  test(`each of ${50 * answersEach} answers to a JSON schema is valid`, async () => {
    const schemas = sampleSchemas(50).flatMap((schema) => Array.from({ length: answersEach }, () => schema));
    const faults = await mapAll(schemas, async (schema, index) => {
      const { choices } = await client.chat.completions.create({
        ...base,
        seed: index,
        messages: user(`Make up record ${index} for a test. Answer in JSON.`),
        response_format: { type: "json_schema", json_schema: { name: "record", schema, strict: true } },
      });
      expect(choices[0]?.finish_reason).toBe("stop");
      return faultsOfJson(choices[0]?.message.content ?? "", schema);
    });
    expect(faults.flat()).toEqual([]);
  });

  test("json_object answers with an object", async () => {
    await mapAll(Array.from({ length: 8 }), async (_, index) => {
      const { choices } = await client.chat.completions.create({
        ...base,
        seed: index,
        messages: user("Describe a cat in JSON with the keys name and age."),
        response_format: { type: "json_object" },
      });
      const { message, finish_reason } = choices[0]!;
      if (finish_reason === "stop") expect(JSON.parse(message.content ?? "")).toBeObject();
      else expect(finish_reason).toBe("length");
    });
  });

  test.each([
    ["regex", { regex: "[0-9]{3}-[a-f]{2}" }, /^[0-9]{3}-[a-f]{2}$/],
    ["choice", { choice: ["yes", "no", "größer"] }, /^(yes|no|größer)$/],
    ["grammar", { grammar: 'root ::= "a" [0-9] ("b" | "c")' }, /^a[0-9][bc]$/],
    ["json", { json: { type: "integer", minimum: 3, maximum: 9 } }, /^[3-9]$/],
  ])("structured_outputs.%s", async (_name, structured_outputs, wanted) => {
    const response = await server.chat({ ...base, messages: user("Say something."), structured_outputs });
    expect(response.status).toBe(200);
    const { choices } = Value.Decode(ChatCompletion, await response.json());
    expect(choices[0]?.message.content).toMatch(wanted);
    expect(choices[0]?.finish_reason).toBe("stop");
  });
});
