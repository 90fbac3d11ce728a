import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { registerScripted, startOllamaServer } from "../helpers/ollama-server.ts";
import { smol } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runPython } from "./run-python.ts";

const home = createTempDir();
const apiKey = "a key of the tests";
const berlin = "The capital of Germany is Berlin.";
const model = `${smol}:latest`;
const station = "123456789012345";
let server: Awaited<ReturnType<typeof startOllamaServer>>;
/** What each check of ollama_client.py printed, by its name, as text. */
let checks: Map<string, string>;

const tools = [
  {
    type: "function",
    function: {
      name: "weather",
      description: "The weather of a city",
      parameters: {
        type: "object",
        properties: { city: { type: "string" }, station: { type: "integer" } },
        required: ["city"],
      },
    },
  },
];
const question = { role: "user", content: "What is the weather in Berlin?" };
const given = `{"city": "Berlin", "station": ${station}}`;
const called = { function: { name: "weather", arguments: JSON.parse(given) } };
const rest = [
  { role: "assistant", content: "", tool_calls: [called] },
  { role: "tool", content: '{"data": "Sunny"}' },
];

beforeAll(async () => {
  // There is no hub.
  server = await startOllamaServer({ home, env: { OV_API_KEY: apiKey, HF_ENDPOINT: "http://127.0.0.1:9" } });
  const text = `<tool_call>\n{"name": "weather", "arguments": ${given}}\n</tool_call>`;
  await registerScripted(
    server,
    { authorization: `Bearer ${apiKey}` },
    {
      name: "scripted",
      folder: join(home, "scripted"),
      scripts: [
        { body: { messages: [question], tools }, text },
        { body: { messages: [question, ...rest], tools }, text: "It is sunny in Berlin." },
      ],
    },
  );
  checks = await runPython("ollama_client.py", home, server.ollamaUrl, apiKey, model, "scripted");
}, 180_000);
afterAll(() => server.stop(), 180_000);

const check = (name: string) => JSON.parse(checks.get(name) ?? "null");

describe("the Python client", () => {
  test("gets a plain answer", () => {
    expect(check("plain")).toMatchObject({ text: berlin, reason: "stop", tokens: 8 });
  });

  test("gets a streamed answer in pieces", () => {
    const { texts, reason } = check("streamed");
    expect([texts.join(""), texts.length > 4, reason]).toEqual([berlin, true, "stop"]);
  });

  test("stops in the middle of a stream, which ends in the engine", async () => {
    expect(checks.has("stopped")).toBe(true);
    const ended = await server.logged(/POST \/api\/chat 499 .*stream=true/);
    expect(Number(/ new=(\d+)/.exec(ended)?.[1])).toBeLessThan(3000);
  });

  test("gets an answer to a prompt", () => expect(check("generated").text).toBe(berlin));

  test("reads what is shown of a model, and how long it stays", () => {
    expect(check("shown")).toMatchObject({ capabilities: ["completion", "tools"], context: 8192 });
    expect(check("watched").years).toEqual([2262]);
  });

  test("goes through a round of tools as Home Assistant does, its numbers whole", () => {
    expect(checks.get("home assistant")).toContain(`"station": ${station}`);
    expect(check("home assistant")).toMatchObject({
      name: "scripted:latest",
      arguments: [{ city: "Berlin" }],
      text: "It is sunny in Berlin.",
    });
  });

  test.each([
    ["unknown model", 404, 'Cannot find model "nobody"'],
    ["unknown model, streamed", 404, 'Cannot find model "nobody"'],
    ["bad option", 400, '"options.top_p" must be'],
    ["embedding", 400, '"embed"'],
    ["pull", 500, "Cannot download owner/nobody"],
    ["wrong key", 401, "Invalid API key."],
  ])("raises its own exception: %s", (name, status, error) => {
    expect(check(name)).toMatchObject({
      exception: "ResponseError",
      status,
      error: expect.stringContaining(error),
    });
  });
});

test("what clients ask every few seconds is not in the log, nor what was said", () => {
  const log = server.log().join("\n");
  expect(log).toContain("POST /api/chat 200");
  expect(log).not.toMatch(/GET \/api\/(tags|ps|version) 200/);
  for (const said of ["Berlin", "capital", apiKey]) expect(log).not.toContain(said);
});
