import { afterAll, describe, expect, test } from "bun:test";
import { listen } from "../../src/http/listen.ts";
import { createTestApp } from "../helpers/app.ts";
import { openSocket, sendBytes } from "../helpers/raw.ts";

const app = createTestApp({ maxBody: 100_000 });
const served: string[] = [];
const listener = listen(
  (request, client) => {
    served.push(request.method);
    return app.handle(request, client);
  },
  { host: "127.0.0.1", port: 0, setting: "--port" },
);
afterAll(() => listener.kill());
const url = `http://127.0.0.1:${listener.port}`;

const body = '{"messages":[{"role":"user","content":"Hi"}],"max_tokens":1}';
const post = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n";
const get = "GET /health/live HTTP/1.1\r\nhost: localhost\r\n";

describe("two requests in one write", () => {
  test("are answered in order where the first one waits for nothing", async () => {
    const { statuses, text } = await sendBytes(
      url,
      `${get}\r\nGET /nowhere HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    expect(statuses).toEqual([200, 404]);
    expect(text.indexOf("live")).toBeLessThan(text.indexOf("Nothing is served"));
  });

  // Bun's own; see docs/security.md.
  test("end the connection where the first one waits, and the second one is not executed", async () => {
    served.length = 0;
    const { statuses } = await sendBytes(
      url,
      `${post}content-length: ${body.length}\r\n\r\n${body}${get}\r\n`,
    );
    expect([statuses, served]).toEqual([[], ["POST"]]);
  });
});

test.each(["host: other", "host: localhost"])("a second Host header is refused: %s", async (second) => {
  expect((await sendBytes(url, `${get}${second}\r\nconnection: close\r\n\r\n`)).statuses).toEqual([400]);
});

// Bun's own; see docs/security.md.
test("trailers are refused, and the connection is closed", async () => {
  const chunks = `${body.length.toString(16)}\r\n${body}\r\n0\r\nx-a: 1\r\n\r\n`;
  const { statuses } = await sendBytes(
    url,
    `${post}transfer-encoding: chunked\r\ntrailer: x-a\r\n\r\n${chunks}${get}\r\n`,
  );
  expect(statuses).toEqual([400]);
});

describe("a method that is not served", () => {
  test.each(["PROPFIND", "QUERY", "TRACE", "PATCH", "PURGE"])("is answered: %s", async (method) => {
    const { statuses } = await sendBytes(
      url,
      `${method} /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
    );
    expect(statuses).toEqual([405]);
  });

  // Bun's own; see docs/security.md.
  test.each(["FOO", "get"])("that nobody knows ends the connection: %s", async (method) => {
    served.length = 0;
    const { statuses } = await sendBytes(url, `${method} /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    expect([statuses, served]).toEqual([[], []]);
  });
});

describe("a refusal of a large body closes the connection", () => {
  test.each([
    ["whose length is named", "content-length: 200000\r\n\r\nxxxx"],
    ["that asks first", "expect: 100-continue\r\ncontent-length: 200000\r\n\r\n"],
    ["in chunks", `transfer-encoding: chunked\r\n\r\n30d40\r\n${"x".repeat(150_000)}`],
    ["of another type", "content-type: text/html\r\ncontent-length: 200000\r\n\r\nxxxx"],
  ])("%s", async (_, rest) => {
    const { statuses, text } = await sendBytes(url, `${post}${rest}`);
    expect([413, 415]).toContain(statuses.at(-1) ?? 0);
    expect(text.toLowerCase()).toContain("\r\nconnection: close\r\n");
  });
});

test("a client that asks before it sends its body is told to continue", async () => {
  const socket = openSocket(url);
  const continued = Promise.withResolvers<string>();
  const answered = Promise.withResolvers<string>();
  let text = "";
  socket.on("data", (data) => {
    text += data;
    if (text.includes("100 Continue")) continued.resolve(text);
    if (text.includes("chat.completion")) answered.resolve(text);
  });
  socket.write(`${post}expect: 100-continue\r\ncontent-length: ${body.length}\r\n\r\n`);
  await continued.promise;
  socket.write(body);
  expect(await answered.promise).toContain("HTTP/1.1 200 OK");
  socket.destroy();
});
