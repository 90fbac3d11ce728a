import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runChecks } from "./run-python.ts";

const home = createTempDir();
const apiKey = "a key of the tests";
const berlin = "The capital of Germany is Berlin.";
let server: TestServer;
/** What each check of openai_client.py printed, by its name. */
let checks: Map<string, unknown>;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  checks = await runChecks("openai_client.py", home, `${server.url}/v1`, apiKey, smol);
}, 180_000);
afterAll(() => server.stop(), 180_000);

describe("the Python client", () => {
  test("lists the models", () => expect(checks.get("models")).toMatchObject({ names: [smol] }));

  test("gets a plain answer", () => {
    expect(checks.get("plain")).toMatchObject({ text: berlin, reason: "stop", model: smol, tokens: 8 });
  });

  test("gets a streamed answer in pieces, with its usage", () => {
    expect(checks.get("streamed")).toMatchObject({ text: berlin, reason: "stop", pieces: 7, tokens: 8 });
  });

  test("gets eight answers at once, half of them streamed, each the right one", () => {
    const cities = ["Paris", "Berlin", "Rome", "Tokyo", "Moscow", "London", "Athens", "Oslo"];
    expect(checks.get("eight at once")).toMatchObject({
      texts: cities.map((city) => expect.stringContaining(city)),
    });
  });

  test.each([
    ["unknown model", "openai.NotFoundError", 404, "model_not_found", "model"],
    ["out of range", "openai.BadRequestError", 400, "invalid_request", "temperature"],
    ["no messages", "openai.BadRequestError", 400, "invalid_request", "messages"],
    ["wrong key", "openai.AuthenticationError", 401, "invalid_api_key", null],
  ])("raises its own exception: %s", (check, exception, status, code, param) => {
    expect(checks.get(check)).toMatchObject({ exception, status, code, param });
  });
});

describe("the Python client's helpers", () => {
  test("parse an answer into a pydantic model", () => {
    expect(checks.get("parsed")).toMatchObject({ is_city: true });
  });

  test("put a streamed tool call together", () => {
    expect(checks.get("tool stream")).toMatchObject({
      kinds: expect.arrayContaining([
        "tool_calls.function.arguments.delta",
        "tool_calls.function.arguments.done",
      ]),
      names: ["weather"],
      cities: ["str"],
      reason: "tool_calls",
    });
  });
});

describe("pydantic-ai", () => {
  test("gets the output that its agent is to have, at the first try", () => {
    expect(checks.get("agent output")).toMatchObject({ is_city: true });
  });
});

describe("LiteLLM", () => {
  test("gets a plain answer", () => {
    expect(checks.get("litellm plain")).toMatchObject({ text: berlin, reason: "stop", tokens: 8 });
  });

  test("gets a streamed answer", () => {
    expect(checks.get("litellm streamed")).toMatchObject({ text: berlin, reason: "stop" });
  });

  test("raises its own exceptions, with our message", () => {
    expect(checks.get("litellm unknown model")).toMatchObject({
      exception: "litellm.NotFoundError",
      status: 404,
      message: expect.stringContaining(`Cannot find model "gpt-4o-unknown": there is "${smol}"`),
    });
    expect(checks.get("litellm out of range")).toMatchObject({
      exception: "litellm.BadRequestError",
      status: 400,
      message: expect.stringContaining('"temperature" must be'),
    });
  });
});

test("all of them are in the log, none of what they said", () => {
  const log = server.log().join("\n");
  expect(log.match(/POST \/v1\/chat\/completions 200/g)).toHaveLength(15);
  expect(log).not.toContain("Berlin");
  expect(log).not.toContain("capital");
  expect(log).not.toContain(apiKey);
});
