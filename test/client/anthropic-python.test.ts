import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../helpers/environment.ts";
import { smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

const home = createTempDir();
const apiKey = "a key of the tests";
const berlin = "The capital of Germany is Berlin.";
let server: TestServer;
/** What each check of anthropic_client.py printed, by its name. */
let checks: Map<string, unknown>;

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: apiKey } });
  const script = join(import.meta.dir, "anthropic_client.py");
  const child = Bun.spawn([clientPython(), script, server.url, apiKey, smol], {
    // A proxy of the machine must not come between the client and the server.
    env: { PATH: process.env.PATH, HOME: home, NO_PROXY: "*", PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  if (code !== 0) throw new Error(`anthropic_client.py ended with ${code}:\n${out}\n${err}`);
  const lines = out.trim().split("\n");
  checks = new Map(lines.map((line) => [JSON.parse(line).check, JSON.parse(line)]));
}, 120_000);
afterAll(() => server.stop(), 40_000);

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
