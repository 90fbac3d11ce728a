import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody } from "../../src/api/openai/errors.ts";
import { readEvents, smol, startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const [home, openHome] = [createTempDir(), createTempDir()];
const key = "the key of the tests";
const origin = "https://chat.example";
const authorization = `Bearer ${key}`;
let server: TestServer;
/** No key, no CORS. */
let open: TestServer;

beforeAll(async () => {
  const env = { OV_API_KEY: key, OV_CORS_ORIGINS: origin, OV_LOG_LEVEL: "debug" };
  [server, open] = await Promise.all([startServer({ home, env }), startServer({ home: openHome })]);
});
afterAll(() => Promise.all([server.stop(), open.stop()]));

const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, { signal: AbortSignal.timeout(120_000), ...init, headers });

async function codeOf(response: Response): Promise<string | null> {
  const body: unknown = await response.json();
  if (!Value.Check(ErrorBody, body)) throw new Error(`No error body: ${JSON.stringify(body)}`);
  return body.error.code;
}

/** What comes back for these very bytes: `fetch` would put them in order. */
async function sendRaw(head: string): Promise<{ status: number; answer: string }> {
  const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
  socket.write(`${head}\r\nconnection: close\r\n\r\n`);
  const answer = await text(socket);
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]), answer };
}

describe("with an API key", () => {
  test.each([
    ["no key", {}],
    ["a wrong key", { authorization: "Bearer another key" }],
    ["a longer key", { authorization: `${authorization} x` }],
    ["the begin of the key", { authorization: authorization.slice(0, -1) }],
    ["the key without its scheme", { authorization: key }],
    ["another scheme", { authorization: `Basic ${key}` }],
  ])("%s is refused", async (_, headers) => {
    for (const path of ["/v1/models", `/v1/models/${smol}`, "/openapi.json", "/nowhere"]) {
      const response = await ask(path, headers);
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      expect(response.headers.get("x-request-id")).toMatch(/^req_\w+$/);
      expect(await codeOf(response)).toBe("invalid_api_key");
    }
    const init = { method: "POST", body: "{" };
    expect(await codeOf(await ask(`/v1/models/${smol}/load`, headers, init))).toBe("invalid_api_key");
    expect(await codeOf(await ask("/v1/chat/completions", headers, init))).toBe("invalid_api_key");
  });

  test.each(["Bearer", "bearer", "BEARER", "Bearer  "])("the right one is taken: %j", async (scheme) => {
    expect((await ask("/v1/models", { authorization: `${scheme} ${key}` })).status).toBe(200);
  });

  test("/health is open", async () => {
    expect((await ask("/health")).status).toBe(200);
  });

  test.each([
    "GET //health HTTP/1.1\r\nhost: localhost",
    "GET /health/ HTTP/1.1\r\nhost: localhost",
    "GET /health/../v1/models HTTP/1.1\r\nhost: localhost",
    "GET /health/%2e%2e/v1/models HTTP/1.1\r\nhost: localhost",
    "GET /health%2f..%2fv1/models HTTP/1.1\r\nhost: localhost",
    "GET /v1/models?/health HTTP/1.1\r\nhost: localhost",
    "GET /v1/models#/health HTTP/1.1\r\nhost: localhost",
    "GET /v1/models;/health HTTP/1.1\r\nhost: localhost",
    "GET /\\health HTTP/1.1\r\nhost: localhost",
    "GET http://localhost/v1/models HTTP/1.1\r\nhost: localhost",
    "GET http://x/health?/v1/models HTTP/1.1\r\nhost: localhost",
    "GET /health?/v1/models HTTP/1.1\r\nhost: x",
    "GET /health#/v1/models HTTP/1.1\r\nhost: x",
    "GET /v1/models HTTP/1.1\r\nhost: localhost/health?",
    "GET /v1/models HTTP/1.1\r\nhost: localhost/health#",
    "POST /health?/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 0",
  ])("no trick of address or host gets past it: %j", async (head) => {
    const { status, answer } = await sendRaw(head);
    expect(answer).not.toContain(smol);
    const isHealth = status === 200 && answer.includes('"registered":1');
    expect(isHealth || [400, 401, 404, 405].includes(status), answer.slice(0, 300)).toBe(true);
    if (head.startsWith("POST")) expect(status).not.toBe(400);
  });

  test("it is in no line of the log and not in the engine's environment", async () => {
    const body = JSON.stringify({ model: smol, messages: [{ role: "user", content: "Hi" }], max_tokens: 1 });
    const response = await ask("/v1/chat/completions", { authorization }, { method: "POST", body });
    expect(response.status).toBe(200);
    const [, pid] = /pid=(\d+)/.exec(await server.logged(/loaded model /)) ?? [];
    const environment = readFileSync(`/proc/${pid}/environ`, "utf8");
    expect(environment).toContain(`HOME=${home}`);
    expect(environment).not.toContain(key);
    expect(server.log().join("\n")).not.toContain(key);
    expect(server.log()[0]).toContain("OV_API_KEY=");
  });
});

describe("a host name", () => {
  test.each(["x", "nas", "localhost", "192.168.1.20:9000", "[::1]:9000"])(
    "of any kind finds every path: %s",
    async (host) => {
      const { status, answer } = await sendRaw(
        `GET /v1/models HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${authorization}`,
      );
      expect([status, answer.includes(`"id":"${smol}"`)]).toEqual([200, true]);
    },
  );

  test("may be missing in HTTP/1.0, as in the checks of some load balancers", async () => {
    const { status, answer } = await sendRaw("GET /health HTTP/1.0");
    expect([status, answer.includes('"status":"ok"')]).toEqual([200, true]);
  });

  test.each(["", "a b", "[::1", "a/b", "a\\b"])(
    "that is none is no failure of the server: %j",
    async (host) => {
      const { status, answer } = await sendRaw(`GET /health HTTP/1.1\r\nhost: ${host}`);
      expect(status).toBeLessThan(500);
      expect(answer).not.toContain("<html");
    },
  );
});

test.each([
  ["abc-1.2:x_Y", true],
  ["x".repeat(128), true],
  ["x".repeat(129), false],
  ["two words", false],
  ["a/../b", false],
  ['"quoted"', false],
])("x-request-id %j is echoed: %p", async (id, echoed) => {
  const answered = (await ask("/health", { "x-request-id": id })).headers.get("x-request-id") ?? "";
  if (echoed) expect(answered).toBe(id);
  else expect(answered).toMatch(/^req_[0-9a-f]{32}$/);
  expect(await server.logged(new RegExp(`GET /health 200 id=${answered} `))).toContain("client=127.0.0.1");
});

describe("CORS", () => {
  const allowed = { origin, authorization };
  const originOf = (response: Response) => response.headers.get("access-control-allow-origin");
  const preflight = {
    origin,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  };

  test("an allowed origin may read answers, errors and streams", async () => {
    const body = JSON.stringify({ model: smol, messages: [{ role: "user", content: "Hi" }], max_tokens: 2 });
    const chat = (text: string) => ask("/v1/chat/completions", allowed, { method: "POST", body: text });
    const stream = await chat(body.replace(/}$/, ',"stream":true}'));
    expect([originOf(stream), stream.headers.get("content-type")]).toEqual([
      origin,
      "text/event-stream; charset=utf-8",
    ]);
    expect((await readEvents(stream)).at(-1)).toBe("[DONE]");
    const others = [
      await chat(body),
      await chat("{"),
      await ask("/nowhere", allowed),
      await ask("/v1/models", { origin }),
    ];
    expect(others.map(({ status }) => status)).toEqual([200, 400, 404, 401]);
    expect(others.map(originOf)).toEqual([origin, origin, origin, origin]);
    expect(others[0]?.headers.get("access-control-expose-headers")).toContain("x-request-id");
    for (const response of others) await response.text();
  });

  test("a preflight needs no key", async () => {
    const response = await ask("/v1/chat/completions", preflight, { method: "OPTIONS" });
    expect([response.status, originOf(response)]).toEqual([204, origin]);
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(response.headers.get("access-control-allow-credentials")).toBeNull();
  });

  test.each([
    "https://evil.example",
    "http://chat.example",
    `${origin}.evil.example`,
    `${origin}:444`,
    "null",
  ])("another origin may not: %s", async (other) => {
    const headers = { ...preflight, origin: other };
    const answers = [
      await ask("/v1/models", { authorization, origin: other }),
      await ask("/v1/chat/completions", headers, { method: "OPTIONS" }),
    ];
    expect(answers.map(originOf)).toEqual([null, null]);
  });

  test("is off by default", async () => {
    const asked = await fetch(`${open.url}/v1/models`, { headers: { origin } });
    expect([asked.status, originOf(asked)]).toEqual([403, null]);
    const early = await fetch(`${open.url}/v1/models`, { method: "OPTIONS", headers: preflight });
    expect([early.status, originOf(early)]).toEqual([403, null]);
  });
});
