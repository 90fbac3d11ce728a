import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { registerScripted } from "../helpers/ollama-server.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runChecks } from "./run-python.ts";

const home = createTempDir();
const apiKey = "a key of the tests";
const scripted = "scripted";
let server: TestServer;
/** What each check of litellm_client.py printed, by its name. */
let checks: Map<string, unknown>;

const given = { city: "Berlin", days: 3 };
const tools = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "The weather of a city",
      parameters: {
        type: "object",
        properties: { city: { type: "string" }, days: { type: "integer" } },
        required: ["city"],
      },
    },
  },
];
const question = { role: "user", content: "What is the weather in Berlin?" };
const calling = {
  role: "assistant",
  content: "",
  tool_calls: [{ function: { name: "weather", arguments: given } }],
};
/** LiteLLM leaves the calls out of what it sends to Ollama's API. */
const silent = { role: "assistant", content: "" };
const result = { role: "tool", content: "Sunny all day long. ".repeat(15) };
const call = '<tool_call>\n{"name": "weather", "arguments": {"city": "Berlin", "days": 3}}\n</tool_call>';
/** Where a prompt is some tokens longer than here, as many are missing from the start of it. */
const sunny = "The weather is and was and will be sunny in Berlin.";

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  await registerScripted(
    server,
    { authorization: `Bearer ${apiKey}` },
    {
      name: scripted,
      folder: join(home, scripted),
      scripts: [
        { body: { messages: [question], tools }, text: call },
        { body: { messages: [question, silent, result], tools }, text: sunny },
        { body: { messages: [question, calling, result], tools }, text: sunny },
      ],
    },
  );
  checks = await runChecks("litellm_client.py", home, server.url, apiKey, smol, scripted);
}, 180_000);
afterAll(() => server.stop(), 180_000);

describe("LiteLLM lists the models", () => {
  test.each([
    ["openai", [scripted, smol]],
    ["anthropic", [`anthropic/${scripted}`, `anthropic/${smol}`]],
    ["ollama", [`${scripted}:latest`, `${smol}:latest`]],
  ])("of its provider %s", (provider, names) => {
    expect(checks.get(`models of ${provider}`)).toMatchObject({ names });
  });
});

describe.each([
  ["chat completions", "/v1/chat/completions", "tool_calls"],
  ["responses", "/v1/responses", "tool_calls"],
  ["messages", "/v1/messages", "tool_calls"],
  // As it reads Ollama's own answers, too.
  ["Ollama", "/api/chat", "stop"],
])("LiteLLM in front of %s", (api, path, reason) => {
  test("streams an answer", () => {
    expect(checks.get(`${api}: streamed`)).toMatchObject({
      text: "The capital of Germany is Berlin.",
      pieces: 7,
      reason: "stop",
    });
  });

  test("goes through a round of tools", () => {
    expect(checks.get(`${api}: called`)).toMatchObject({
      calls: [["weather", given]],
      reason,
      text: expect.stringMatching(/sunny in Berlin\.$/),
    });
  });

  test("stops in the middle of a stream, which ends in the engine", () => stops(path));
});

test("LiteLLM's router goes on using a server after calls that its model cannot answer", () => {
  expect(checks.get("router")).toEqual({
    check: "router",
    statuses: { images: 400, embeddings: 400, speech: 400, moderations: 400 },
    text: "The capital of Germany is Berlin.",
  });
});

describe("LiteLLM in front of text completions", () => {
  test("streams a text", () => {
    expect(checks.get("text completions: streamed")).toMatchObject({ text: " Paris.\n\n", pieces: 4 });
  });

  test("stops in the middle of a stream, which ends in the engine", () => stops("/v1/completions"));
});

async function stops(path: string): Promise<void> {
  const line = await server.logged(new RegExp(`POST ${path} 499 .*finish=client_closed_request`));
  expect(line).toContain("stream=true");
  expect(Number(/ new=(\d+)/.exec(line)?.[1])).toBeLessThan(3000);
}
