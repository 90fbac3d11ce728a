import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runChecks } from "./run-python.ts";

const home = createTempDir();
const apiKey = "a key of the tests";
const berlin = "The capital of Germany is Berlin.";
let server: TestServer;
/** What each check of anthropic_client.py printed, by its name. */
let checks: Map<string, unknown>;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  checks = await runChecks("anthropic_client.py", home, server.url, apiKey, smol);
}, 180_000);
afterAll(() => server.stop(), 180_000);

describe("Anthropic's Python client", () => {
  test.each<[string, object]>([
    ["plain", { text: berlin, reason: "end_turn", tokens: 8 }],
    ["streamed", { text: berlin, reason: "end_turn", pieces: 7 }],
    ["models", { ids: [smol], one: "model" }],
    ["counted", { same: true }],
    ["left", { seen: 3 }],
    ["tool runner", { reasons: ["tool_use", "tool_use"], asked: ["str"] }],
  ])("gets its answer: %s", (check, expected) => expect(checks.get(check)).toMatchObject(expected));

  test.each([
    ["wrong key", "AuthenticationError", 401, "authentication_error"],
    ["unknown model", "NotFoundError", 404, "not_found_error"],
    ["no messages", "BadRequestError", 400, "invalid_request_error"],
    ["too long", "BadRequestError", 400, "invalid_request_error"],
  ])("raises its own exception: %s", (check, exception, status, type) => {
    expect(checks.get(check)).toMatchObject({ exception, status, type, has_id: true });
  });

  test("that leaves a stream ends it in the engine", async () => {
    expect(await server.logged(/POST \/v1\/messages 499/)).toContain("stream=true");
  });
});
