import { afterAll, expect, test } from "bun:test";
import fc from "fast-check";
import { listen } from "../../../src/http/listen.ts";
import { createTestApp } from "../../helpers/app.ts";
import { openSocket } from "../../helpers/raw.ts";
import { runsOf, textOf } from "./fuzz.ts";

const app = createTestApp({ maxBody: 100_000 });
const listener = listen(app.handle, { host: "127.0.0.1", port: 0, setting: "--port" });
afterAll(() => listener.kill());
const url = `http://127.0.0.1:${listener.port}`;

const body = '{"messages":[{"role":"user","content":"Hi"}],"max_tokens":1}';
const paths = [
  "/",
  "/health",
  "/v1/models",
  "/v1/models/%2e%2e%2f",
  "/v1/chat/completions",
  "//v1/../x",
  "/v1/responses/%00",
  "/api/tags",
  "*",
  "http://other/health",
  "/v1/models?x=%ff&x[]=1#a",
  "/tokenize",
];
const methods = ["GET", "POST", "HEAD", "OPTIONS", "DELETE", "PUT", "get", "TRACE", "CONNECT", "PRI"];
const headers = [
  "host: localhost",
  "host: localhost:80:80",
  "host:",
  "content-type: application/json",
  "content-type: multipart/form-data; boundary=",
  `content-length: ${body.length}`,
  "content-length: 0",
  "content-length: -1",
  "content-length: 99999999999999999999",
  "content-length: 5, 5",
  "transfer-encoding: chunked",
  "transfer-encoding: gzip, chunked",
  "transfer-encoding:\tchunked",
  "content-encoding: br",
  "expect: 100-continue",
  "expect: 200",
  "upgrade: websocket",
  "connection: upgrade",
  "connection: close",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version: 13",
  "upgrade: h2c",
  "http2-settings: AAMAAABkAAQAAP__",
  "range: bytes=0-",
  "authorization: Bearer \u00ff",
  "anthropic-version: 2023-06-01",
  "origin: null",
  "x-request-id: \u0001",
  " folded: header",
  "no colon",
  "a".repeat(9000),
  `cookie: ${"x".repeat(9000)}`,
  "\u0000: a",
];
const chunks = [
  body,
  "0\r\n\r\n",
  `${body.length.toString(16)}\r\n${body}\r\n`,
  "ffffffffffffffff\r\n",
  "-1\r\n",
  "5;ext=1\r\nhello\r\n",
  "0\r\nx: y\r\n\r\n",
  "\r\n",
  "GET /health HTTP/1.1\r\nhost: a\r\n\r\n",
  "\u0016\u0003\u0001",
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

const request = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...methods) },
      { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
    ),
    fc.constantFrom(...paths),
    fc.constantFrom("HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9.9", ""),
    fc.array(fc.constantFrom(...headers), { maxLength: 6 }),
    fc.constantFrom("\r\n", "\r\n", "\r\n", "\n", "\r"),
    fc.array(fc.constantFrom(...chunks), { maxLength: 3 }),
  )
  .map(
    ([method, path, version, fields, end, rest]) =>
      [`${method} ${path} ${version}`, ...fields, "", ""].join(end) + rest.join(""),
  );
const bytes = fc.oneof(
  { weight: 5, arbitrary: request },
  { weight: 1, arbitrary: textOf([...methods, ...paths, ...headers, "\r\n", " HTTP/1.1\r\n", ": "]) },
);

/** What comes back for bytes in these pieces before the server closes; the client's own side is over behind them. */
async function send(pieces: readonly string[]): Promise<string> {
  const socket = openSocket(url);
  let answer = "";
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  socket.on("data", (data) => {
    answer += data.toString("latin1");
  });
  for (const piece of pieces) {
    socket.write(Buffer.from(piece, "latin1"));
    await new Promise((resolve) => setImmediate(resolve));
  }
  socket.end();
  await closed;
  return answer;
}

test("whatever bytes come, the server answers or closes, and serves the next client", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat({ max: 200 }), async (text, cut) => {
      const answer = await send([text.slice(0, cut), text.slice(cut)]);
      const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
      for (const status of statuses) expect(status).not.toBe(500);
      if (answer !== "") expect(answer).toStartWith("HTTP/1.1 ");
      const health = await fetch(`${url}/health/live`, { keepalive: false });
      expect(health.status).toBe(200);
      await health.text();
    }),
    runsOf(400),
  );
}, 180_000);
