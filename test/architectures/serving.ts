import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { readEvents, type TestServer } from "../helpers/server.ts";
import type { Measured } from "./measured.ts";

/** In milliseconds: how long a test may take on a slow machine. */
const patience = 180_000;

/** What a server is asked of a model of random weights. `note` hears of what worked. */
export function testServing(
  model: string,
  findServer: () => TestServer,
  note: (what: keyof Measured["results"]) => void = () => {},
): void {
  const ask = (extra: Record<string, unknown>) => askModel(findServer(), model, extra);

  test(
    "answers, at once and as a stream",
    async () => {
      const { content, finish } = await ask({});
      expect(content.length).toBeGreaterThan(0);
      expect(finish).toBe("length");
      note("chat");
      const events = await readEvents(await chat(findServer(), model, { stream: true }));
      expect(events.at(-1)).toBe("[DONE]");
      expect(events.length).toBeGreaterThan(3);
      note("stream");
    },
    patience,
  );

  test(
    "calls a tool that it has to call, with arguments of its schema",
    async () => {
      for (const seed of [1, 2, 3]) {
        const properties = { city: { type: "string", maxLength: 12 }, when: { enum: ["next week", "a\nb"] } };
        const parameters = { type: "object", properties, required: ["city", "when"] };
        const tools = [{ type: "function", function: { name: "weather", parameters } }];
        const required = { tools, tool_choice: "required", max_tokens: 300, temperature: 1, seed };
        const { calls, finish, raw } = await ask(required);
        expect(finish, raw).toBe("tool_calls");
        expect(calls[0]?.function.name).toBe("weather");
        const given: unknown = JSON.parse(calls[0]?.function.arguments ?? "");
        expect(given).toEqual({
          city: expect.any(String),
          when: expect.stringMatching(/^(next week|a\nb)$/),
        });
        expect(raw).not.toMatch(/<unk>|<0x[0-9A-F]{2}>|▁/);
      }
      note("tool");
    },
    patience,
  );

  test(
    "answers in JSON of a schema",
    async () => {
      const properties = {
        name: { type: "string", maxLength: 12 },
        age: { type: "integer", minimum: 0, maximum: 99 },
        motto: { const: "one day\nat a time" },
      };
      const required = ["name", "age", "motto"];
      const schema = { type: "object", properties, required, additionalProperties: false };
      for (const seed of [1, 2, 3]) {
        const form = { type: "json_schema", json_schema: { name: "person", strict: true, schema } };
        const { content, raw } = await ask({ response_format: form, max_tokens: 300, temperature: 1, seed });
        const given: unknown = JSON.parse(content);
        expect(given, raw).toEqual({
          name: expect.any(String),
          age: expect.any(Number),
          motto: "one day\nat a time",
        });
        expect(raw).not.toMatch(/<unk>|<0x[0-9A-F]{2}>|▁/);
      }
      note("schema");
    },
    patience,
  );
}

export function chat(
  server: TestServer,
  model: string,
  extra: Record<string, unknown> = {},
): Promise<Response> {
  const isHeld = ["tools", "response_format", "structured_outputs"].some((key) => key in extra);
  return server.chat({
    model,
    messages: [{ role: "user", content: "What is the weather in Paris?" }],
    temperature: 0,
    max_tokens: 16,
    ignore_eos: !isHeld,
    ...extra,
  });
}

export async function askModel(server: TestServer, model: string, extra: Record<string, unknown>) {
  const response = await chat(server, model, extra);
  const body: unknown = await response.json();
  const raw = JSON.stringify(body);
  if (!Value.Check(ChatCompletion, body)) throw new Error(`No chat completion: ${raw}`);
  const [choice] = body.choices;
  const { content, tool_calls: calls } = choice?.message ?? { content: null };
  return {
    content: content ?? "",
    calls: calls ?? [],
    finish: choice?.finish_reason,
    usage: body.usage,
    raw,
  };
}
