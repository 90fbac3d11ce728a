import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { toolFormatNames } from "../../src/tool-formats.ts";
import { tinyModelsPath } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { askModel, testServing } from "./serving.ts";
import { tinyModels } from "./table.ts";

setDefaultTimeout(180_000);
const names = Object.keys(tinyModels).filter((name) => tinyModels[name]?.prepared);
const toEntry = (name: string) => ({
  path: join(tinyModelsPath(), name),
  task: "text-generation-with-past",
  weight_format: "int8",
});
const entries = () => Object.fromEntries(names.map((name) => [name, toEntry(name)]));
const home = createTempDir();
let server: TestServer;

beforeAll(async () => {
  server = await startServer({ home, models: entries(), env: { OV_KV_CACHE_GB: "1" } });
});
afterAll(async () => {
  await server?.stop();
});

describe.each(names)("%s, of random weights", (name) => {
  testServing(name, () => server);
});

describe("a vocabulary that spells spaces and line breaks in its own way", () => {
  const model = "mistral-llama2";
  const ask = (extra: Record<string, unknown>) => askModel(server, model, extra);

  test.each(toolFormatNames)("writes a required call in the form %s", async (format) => {
    server.register({ ...entries(), [model]: { ...toEntry(model), tool_format: format } });
    const when = { enum: ["next week", "in the two days after"] };
    const parameters = { type: "object", properties: { when }, required: ["when"] };
    const tools = [{ type: "function", function: { name: "get_weather", parameters } }];
    for (const seed of [1, 2]) {
      const { calls, finish, raw } = await ask({
        tools,
        tool_choice: "required",
        temperature: 1,
        max_tokens: 300,
        seed,
      });
      expect(finish, raw).toBe("tool_calls");
      expect(calls.map((call) => call.function.name)).toEqual(["get_weather"]);
      const given: unknown = JSON.parse(calls[0]?.function.arguments ?? "");
      expect(given, raw).toEqual({ when: expect.stringMatching(/^(next week|in the two days after)$/) });
    }
  });

  test.each([
    ["a choice", { choice: [" yes, it is", "no\n\nway"] }, /^( yes, it is|no\n\nway)$/],
    ["a regular expression", { regex: "\\n[a-c]{3} é 日本\\t[0-9]{2}" }, /^\n[a-c]{3} é 日本\t\d\d$/],
    ["EBNF", { grammar: 'root ::= " a b" [x-z]{4} "\\n" [α-ω]{2}' }, /^ a b[x-z]{4}\n[α-ω]{2}$/],
  ])("is held to %s, white space and all", async (_, structured_outputs, expected) => {
    for (const seed of [1, 2, 3]) {
      const { content, finish } = await ask({ structured_outputs, temperature: 1, max_tokens: 60, seed });
      expect(finish).toBe("stop");
      expect(content).toMatch(expected);
    }
  });

  test("a start-of-text token that the template writes is not doubled by the tokenizer", async () => {
    const { usage } = await ask({});
    const prompt = "[INST] What is the weather in Paris? [/INST]";
    const post = { method: "POST", headers: { "content-type": "application/json" } };
    const body = JSON.stringify({ model, prompt, add_special_tokens: true });
    const answer: unknown = await (await fetch(`${server.url}/tokenize`, { ...post, body })).json();
    expect(answer).toMatchObject({ count: usage?.prompt_tokens });
  });
});
