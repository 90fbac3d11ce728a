import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { countDescriptors, eventually } from "../helpers/processes.ts";
import { openSocket, sendBytes } from "../helpers/raw.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const home = createTempDir();
const key = "the key of the tests";
let server: TestServer;
/** Its headers never end; opened first, looked at last. */
let dripping: { closed: Promise<unknown>; timer: Timer };

beforeAll(async () => {
  server = await startServer({ home, env: { OV_API_KEY: key, OV_LOG_LEVEL: "debug" } });
  const socket = openSocket(server.url);
  socket.write("GET /health HTTP/1.1\r\nhost: x\r\nx-drip: ");
  const timer = setInterval(() => socket.write("x"), 500);
  const closed = new Promise((resolve) => socket.on("close", resolve));
  dripping = { closed, timer };
});
afterAll(() => server.stop());

const send = (bytes: string) => sendBytes(server.url, bytes);
const closing = "host: localhost\r\nconnection: close\r\n";

/** Every operation of the API as it describes itself, and what it does not describe. */
async function listOperations(): Promise<[method: string, path: string][]> {
  const headers = { authorization: `Bearer ${key}` };
  const document = await (await fetch(`${server.url}/openapi.json`, { headers })).json();
  const { paths } = Value.Parse(
    Type.Object({ paths: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())) }),
    document,
  );
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): [string, string] => [
      method.toUpperCase(),
      path.replaceAll(/\{\w+\}/g, "x"),
    ]),
  );
  const others = ["/openapi.json", "/openapi", "/docs", "/v1", "/nowhere", "/favicon.ico"];
  return [...described, ...others.map((path): [string, string] => ["GET", path])];
}

const pagePaths = ["/page/page.js", "/page/page.css", "/page/icon.svg"];
const openPaths = ["/", "/health", "/health/live", "/health/ready", ...pagePaths];
const isOpen = (text: string) =>
  /"(registered"|status":"(live|ready|not_ready)")|^ov-llm is running|^Cross-Origin-Resource-Policy: same-origin/im.test(
    text,
  );

/** Ways to write a path that might be seen otherwise by the check of the key than by the router. */
const disguises: ((path: string) => string)[] = [
  (path) => path,
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.toUpperCase(),
  (path) => path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  (path) => path.replaceAll(/(?!^)\//g, "%2f"),
  (path) => `/health/..${path}`,
  (path) => `/health/%2e%2e${path}`,
  (path) => `/health/live/../..${path}`,
  (path) => `/health%2f..${path}`,
  (path) => `/health/..;${path}`,
  (path) => `/health\\..${path}`,
  (path) => `${path}?/health`,
  (path) => `${path}#/health`,
  (path) => `${path};/health`,
  (path) => `${path}%00/health`,
  (path) => `/health?${path}`,
  (path) => `/health#${path}`,
  (path) => `http://localhost${path}`,
  (path) => `http://localhost:1/health/..${path}`,
  (path) => `http://health${path}`,
];

/** Headers that some servers, proxies and frameworks believe. */
const headers = [
  "",
  "x-original-url: /health\r\nx-rewrite-url: /health\r\nx-forwarded-uri: /health\r\n",
  "x-forwarded-for: 127.0.0.1\r\nx-real-ip: 127.0.0.1\r\nforwarded: for=127.0.0.1;host=localhost\r\n",
  "x-http-method-override: OPTIONS\r\norigin: http://localhost\r\naccess-control-request-method: POST\r\n",
  "authorization: Bearer\r\n",
  "authorization: Bearer null\r\nauthorization: Bearer undefined\r\n",
  "anthropic-version: 2023-06-01\r\n",
  "anthropic-version: 2023-06-01\r\nx-api-key: null\r\nauthorization: Bearer null\r\n",
  "authorization: Basic dGhlOmtleQ==\r\ncookie: authorization=Bearer\r\n",
];

describe("without a key", () => {
  test("no operation, path, method or header reaches a handler but those of /, the page and /health", async () => {
    const operations = await listOperations();
    expect(operations.length).toBeGreaterThan(12);
    const wrong: string[] = [];
    for (const [method, path] of operations) {
      const body = method === "POST" ? "content-length: 2\r\n\r\n{}" : "\r\n";
      const tries = disguises.map((disguise) => [disguise(path), ""] as const);
      const all = [...tries, ...headers.map((more) => [path, more] as const)];
      await Promise.all(
        all.map(async ([target, more]) => {
          const head = `${method} ${target} HTTP/1.1\r\n${closing}${more}`;
          const { status, text } = await send(head + body);
          const refused = [400, 401].includes(status) || (target.startsWith("/health?") && status === 405);
          const open = (openPaths.includes(path) || target.includes("/health")) && isOpen(text);
          if (!refused && !open) wrong.push(`${head} -> ${text.slice(0, 200)}`);
        }),
      );
    }
    expect(wrong).toEqual([]);
  });

  test.each(["OPTIONS", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "health"])(
    "the method %s is refused before anything is looked up",
    async (method) => {
      const { status } = await send(`${method} /v1/models HTTP/1.1\r\n${closing}\r\n`);
      // 0: the connection is closed without a word.
      expect([0, 400, 401, 405]).toContain(status);
    },
  );

  test.each(["x", "health", "localhost/health?", "localhost/health#", "@health", "a, b"])(
    "no Host header moves the path: %s",
    async (host) => {
      const { status } = await send(`GET /metrics HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
      expect([400, 401]).toContain(status);
    },
  );
});

describe("a request that two servers could read in two ways", () => {
  const post = "POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n";
  const second = "GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n";

  test.each([
    ["both lengths", `content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${second}`],
    [
      "both lengths, the other way",
      `transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n${second}`,
    ],
    ["two lengths", `content-length: 0\r\ncontent-length: 9\r\n\r\n${second}`],
    ["a list of lengths", `content-length: 0, 9\r\n\r\n${second}`],
    ["a length with a sign", `content-length: +0\r\n\r\n${second}`],
    ["a negative length", `content-length: -1\r\n\r\n${second}`],
    ["a hexadecimal length", `content-length: 0x0\r\n\r\n${second}`],
    ["a length of words", `content-length: none\r\n\r\n${second}`],
    ["a blank before the colon", `content-length : 0\r\n\r\n${second}`],
    ["a folded header", `x-a: 1\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n${second}`],
    ["an unknown encoding", `transfer-encoding: xchunked\r\n\r\n0\r\n\r\n${second}`],
    ["two encodings", `transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n${second}`],
    ["chunked twice", `transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${second}`],
    ["chunked with a control character", `transfer-encoding: \x0bchunked\r\n\r\n0\r\n\r\n${second}`],
    ["a chunk's size of words", `transfer-encoding: chunked\r\n\r\nzz\r\n${second}`],
    ["a negative chunk", `transfer-encoding: chunked\r\n\r\n-1\r\n${second}`],
    ["a chunk too large for any number", `transfer-encoding: chunked\r\n\r\n${"f".repeat(17)}\r\n${second}`],
    ["a chunk longer than its size", `transfer-encoding: chunked\r\n\r\n1\r\nxxx\r\n0\r\n\r\n${second}`],
    ["a NUL in a header", `x-a: a\0b\r\ncontent-length: 0\r\n\r\n${second}`],
    ["bare line feeds", `x-a: 1\ncontent-length: 0\n\n${second}`],
  ])("%s: is refused, and nothing after it is read", async (_, rest) => {
    const { statuses } = await send(post + rest);
    // 401 where the head alone was good: then the body is found out, and the connection is closed.
    expect([[400], [401, 400]]).toContainEqual(statuses);
    expect(server.log().join("\n")).not.toContain("/smuggled");
  });
});

test.each([
  ["a header", `x-large: ${"x".repeat(100_000)}`],
  ["many headers", Array.from({ length: 2000 }, (_, index) => `x-${index}: x`).join("\r\n")],
])("%s beyond any measure is 431", async (_, header) => {
  const { status } = await send(`GET /health HTTP/1.1\r\n${closing}${header}\r\n\r\n`);
  expect(status).toBe(431);
});

test("a path beyond any measure is refused", async () => {
  const { status } = await send(`GET /${"x".repeat(100_000)} HTTP/1.1\r\n${closing}\r\n`);
  expect([414, 431]).toContain(status);
});

test("two thousand connections that say nothing leave the server as it was", async () => {
  const residentMb = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, "utf8"))?.[1]) / 1024;
  const before = { descriptors: countDescriptors(server.pid), memory: residentMb() };
  const sockets = Array.from({ length: 2000 }, () => openSocket(server.url));
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  await eventually(() => countDescriptors(server.pid) >= 2000);
  const answer = await fetch(`${server.url}/health`);
  expect([answer.status, residentMb() - before.memory < 64]).toEqual([200, true]);
  for (const socket of sockets) socket.destroy();
  await eventually(() => countDescriptors(server.pid) <= before.descriptors + 5);
});

test("the engine's sources lie where only their owner can look", async () => {
  const [folder = ""] = [
    ...new Bun.Glob(`ov-llm-host-${server.pid}-*`).scanSync({ cwd: "/tmp", onlyFiles: false }),
  ];
  expect((statSync(`/tmp/${folder}`).mode & 0o777).toString(8)).toBe("700");
});

test("headers that come byte by byte are given up", async () => {
  await dripping.closed;
  clearInterval(dripping.timer);
});
