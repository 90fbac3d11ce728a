import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runChecks } from "./run-python.ts";

const home = createTempDir();
const apiKey = "a key of the tests";
const berlin = "The capital of Germany is Berlin.";
let server: TestServer;
/** What each check of responses_client.py printed, by its name. */
let checks: Map<string, unknown>;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  checks = await runChecks("responses_client.py", home, `${server.url}/v1`, apiKey, smol);
}, 180_000);
afterAll(() => server.stop(), 180_000);

const stopped = () => server.log().filter((line) => /\/v1\/responses 499 /.test(line));

describe("the Python client", () => {
  test("gets a response, and one of a schema", () => {
    expect(checks.get("plain")).toMatchObject({ text: berlin, status: "completed", tokens: 8 });
    expect(checks.get("parsed")).toMatchObject({ is_city: true });
  });

  test("puts a stream together", () => {
    expect(checks.get("streamed")).toMatchObject({ text: berlin, deltas: 7, last: "response.completed" });
  });

  test("calls a tool in a stream, and goes on from what is stored with its result", () => {
    expect(checks.get("tool round")).toMatchObject({
      kinds: expect.arrayContaining([
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
      ]),
      name: "weather",
      city: expect.any(String),
      text: expect.stringMatching(/./),
    });
  });

  test("finds, lists and deletes a response", () => {
    expect(checks.get("stored")).toMatchObject({
      same: true,
      items: ["message"],
      code: "response_not_found",
    });
  });

  test("stops in mid-stream by leaving", async () => {
    expect(checks.has("left")).toBe(true);
    await server.logged(/\/v1\/responses .*finish=client_closed_request/);
    for (const line of stopped()) expect(Number(/ new=(\d+)/.exec(line)?.[1])).toBeLessThan(3000);
  });
});

describe("openai-agents", () => {
  test("run a tool in a stream and end with a message", () => {
    expect(checks.get("agent")).toMatchObject({
      has_asked: true,
      kinds: expect.arrayContaining(["raw_response_event", "run_item_stream_event"]),
      is_text: true,
    });
  });

  test("stop in mid-stream", async () => {
    expect(checks.has("agent stopped")).toBe(true);
    // The first one is the client's own.
    await server.logged(/\/v1\/responses 499 /, 2);
    expect(stopped()).toHaveLength(2);
  });

  test("get an output of their type", () => {
    expect(checks.get("agent output")).toMatchObject({ is_city: true });
  });
});

test("none of what they said is in the log", () => {
  const log = server.log().join("\n");
  for (const word of ["Berlin", "capital", apiKey]) expect(log).not.toContain(word);
});
