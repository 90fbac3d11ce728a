import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { Ajv2020 } from "ajv/dist/2020";
import OpenAI from "openai";
import { ChatCompletion } from "../../src/openai/responses.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { type SampleTool, sampleRequests, sampleSchemas } from "./tool-samples.ts";

setDefaultTimeout(300_000);
const ajv = new Ajv2020({ strict: false, allErrors: true });
const home = createTempDir();
let server: TestServer;
let client: OpenAI;

beforeAll(async () => {
  server = await startServer({ home });
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0, timeout: 200_000 });
}, 60_000);
afterAll(() => server.stop(), 40_000);

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Call = { name: string; arguments: string };

const base = { model: smol, temperature: 0.7, seed: 5, max_tokens: 600 };
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
  test("required: each of 200 answers is calls alone, every one valid", async () => {
    const samples = sampleRequests(200);
    const answers = await mapAll(samples, async ({ question, tools }, index) => ({
      tools,
      ...(await callsOf({
        ...base,
        messages: user(question),
        tools,
        tool_choice: "required",
        // A model so small calls and calls where it may: every tenth shows what becomes of that.
        parallel_tool_calls: index % 10 === 0,
        max_tokens: 3000,
      })),
    }));
    expect(answers.flatMap(({ calls, tools }) => calls.flatMap((call) => faultsOf(call, tools)))).toEqual([]);
    expect(answers.filter(({ calls }) => calls.length === 0)).toEqual([]);
    expect(answers.filter(({ content }) => content !== null)).toEqual([]);
    expect([...new Set(answers.map(({ reason }) => reason))]).toEqual(["tool_calls"]);
  });

  test("named: each call is of the named tool, and valid", async () => {
    const samples = sampleRequests(40, 3);
    const faults = await mapAll(samples, async ({ question, tools }) => {
      const { name } = tools.at(-1)!.function;
      const tool_choice = { type: "function" as const, function: { name } };
      const body = { ...base, messages: user(question), tools, tool_choice, parallel_tool_calls: false };
      const { calls } = await callsOf(body);
      expect(calls.map((call) => call.name)).toContain(name);
      return calls.flatMap((call) => [
        ...faultsOf(call, tools),
        ...(call.name === name ? [] : [`called ${call.name}`]),
      ]);
    });
    expect(faults.flat()).toEqual([]);
  });

  test("auto: whatever is called is valid, and no marker is left in the content", async () => {
    const answers = await mapAll(sampleRequests(60, 4), async ({ question, tools }) => ({
      tools,
      ...(await callsOf({ ...base, max_tokens: 300, messages: user(question), tools })),
    }));
    const called = answers.filter(({ calls, reason }) => calls.length > 0 && reason === "tool_calls");
    expect(called.length).toBeGreaterThan(0);
    expect(called.flatMap(({ calls, tools }) => calls.flatMap((call) => faultsOf(call, tools)))).toEqual([]);
    expect(answers.filter(({ content }) => content?.includes("<tool_call>"))).toEqual([]);
  });

  test("parallel_tool_calls: false makes one call at most, none makes none", async () => {
    await mapAll(sampleRequests(16, 5), async ({ question, tools }) => {
      const body = { ...base, messages: user(question), tools };
      const one = await callsOf({ ...body, tool_choice: "required", parallel_tool_calls: false });
      expect(one.calls).toHaveLength(1);
      const none = await callsOf({ ...body, max_tokens: 60, tool_choice: "none" });
      expect(none.calls).toEqual([]);
      expect(none.content).not.toBe("");
    });
  });

  test("streamed: the pieces put together are the same call", async () => {
    await mapAll(sampleRequests(16, 6), async ({ question, tools }) => {
      const body = {
        ...base,
        temperature: 0,
        messages: user(question),
        tools,
        tool_choice: "required" as const,
        parallel_tool_calls: false,
      };
      const whole = await callsOf(body);
      const final = await client.chat.completions.stream(body).finalChatCompletion();
      const streamed = (final.choices[0]?.message.tool_calls ?? []).flatMap((call) =>
        call.type === "function" ? [{ name: call.function.name, arguments: call.function.arguments }] : [],
      );
      expect(streamed.flatMap((call) => faultsOf(call, tools))).toEqual([]);
      expect(streamed.length).toBeGreaterThan(0);
      expect(final.choices[0]?.finish_reason).toBe("tool_calls");
      expect(whole.calls.length).toBeGreaterThan(0);
    });
  });
});

describe("answers of a tiny model held to a form", () => {
  test("each of 200 answers to a JSON schema is valid", async () => {
    const schemas = sampleSchemas(200);
    const faults = await mapAll(schemas, async (schema, index) => {
      const { choices } = await client.chat.completions.create({
        ...base,
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
