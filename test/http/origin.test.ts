import { describe, expect, test } from "bun:test";
import { checkAccess } from "../../src/http/access.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createTestApp } from "../helpers/app.ts";

const access = {
  host: "nas.example",
  allowedHosts: ["models.example", ".team.example"],
  corsOrigins: ["https://page.example"],
  machine: "Box.example.org",
};

function codeOf(headers: Record<string, string>, extra: Partial<typeof access> = {}): string {
  try {
    checkAccess({ headers: new Headers(headers) }, { ...access, ...extra });
    return "allowed";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error);
  }
}

describe("without a key, the host", () => {
  test.each([
    "localhost",
    "LOCALHOST:9000",
    "app.localhost",
    "127.0.0.1:9000",
    "192.168.1.7",
    "[::1]:9000",
    "[fe80::1]",
    "box",
    "box:9000",
    "box.",
    "Box.example.org",
    "box.local",
    "box.lan",
    "box.home.arpa",
    "box.internal:9000",
    "box.tail1234.ts.net",
    "nas.example",
    "models.example",
    "a.b.team.example",
  ])("%s is answered", (host) => expect(codeOf({ host })).toBe("allowed"));

  test.each([
    "evil.example",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.0.0.1.nip.io",
    "box.evil.example",
    "evil.local",
    "notbox",
    "box.a.b.ts.net",
    "ts.net",
    "models.example.evil",
    "xmodels.example",
    "team.example",
    "[evil.example]",
    "evil.example:127.0.0.1",
    "",
  ])("%j is not", (host) => expect(codeOf({ host })).toBe("forbidden"));

  test("may be any where all are allowed", () => {
    expect(codeOf({ host: "evil.example" }, { allowedHosts: ["*"] })).toBe("allowed");
  });

  test("need not be named, as HTTP/1.0 has it", () => expect(codeOf({})).toBe("allowed"));
});

describe("without a key, a page", () => {
  const host = "box.lan:9000";
  test.each(["http://box.lan:9000", "https://box.lan:9000", "https://page.example"])(
    "of %s is answered",
    (origin) => expect(codeOf({ host, origin })).toBe("allowed"),
  );

  test.each([
    "http://evil.example",
    "http://box.lan",
    "http://box.lan:9001",
    "https://page.example.evil",
    "https://page.example:444",
    "null",
    "",
    "file://",
    "chrome-extension://abc",
  ])("of %j is not", (origin) => expect(codeOf({ host, origin })).toBe("forbidden"));
});

describe("a foreign page", () => {
  const origin = "http://evil.example";
  const calls: [method: string, path: string][] = [
    ["POST", "/v1/chat/completions"],
    ["POST", "/v1/models/x/load"],
    ["GET", "/v1/models"],
    ["GET", "/health"],
    ["OPTIONS", "/v1/chat/completions"],
    ["GET", "/nowhere"],
  ];

  test.each(calls)(
    "gets nothing from %s %s, and hears which setting would allow it",
    async (method, path) => {
      const { send, events } = createTestApp();
      const started: string[] = [];
      events.subscribe((event) => event.topic === "request" && started.push(event.type));
      const body = method === "POST" ? { body: '{"messages":[{"role":"user","content":"Hi"}]}' } : {};
      const headers = { origin, host: "localhost", "content-type": "text/plain" };
      const response = await send(path, { method, headers, ...body });
      expect([response.status, started]).toEqual([403, ["finished"]]);
      expect(await response.json()).toMatchObject({
        error: { code: "forbidden", message: expect.stringContaining("OV_CORS_ORIGINS") },
      });
    },
  );

  test("is kept out by the key where there is one, and by CORS", async () => {
    const keys = createKeyring(() => [{ name: "a", key: "secret-key" }]);
    const { send } = createTestApp({ keys });
    const headers = { origin, host: "models.example", authorization: "Bearer secret-key" };
    const response = await send("/v1/models", { headers });
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([200, null]);
  });
});

describe("a foreign name", () => {
  test("is refused with the setting that would allow it", async () => {
    const response = await createTestApp().send("/v1/models", { headers: { host: "evil.example" } });
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({
      error: { code: "forbidden", message: expect.stringContaining("OV_ALLOWED_HOSTS") },
    });
  });
});

describe("the type of a JSON body", () => {
  const send = (type: string) =>
    createTestApp().send("/v1/chat/completions", {
      method: "POST",
      headers: { "content-type": type },
      body: '{"messages":[{"role":"user","content":"Hi"}]}',
    });

  test.each([
    "application/json",
    "Application/JSON; charset=utf-8",
    "application/vnd.api+json",
    "application/x-www-form-urlencoded",
    "text/plain;charset=UTF-8",
    "application/octet-stream",
  ])("may be %s", async (type) => expect((await send(type)).status).toBe(200));

  test.each(["text/html", "multipart/form-data; boundary=x", "application/xml", "json"])(
    "may not be %s",
    async (type) => expect((await send(type)).status).toBe(415),
  );
});

describe("a path with a base URL too many or too few", () => {
  test.each([
    ["POST", "//v1/chat/completions", "/v1/chat/completions"],
    ["POST", "/chat/completions", "/v1/chat/completions"],
    ["GET", "/models", "/v1/models"],
    ["POST", "/v1/v1/chat/completions", "/v1/chat/completions"],
    ["POST", "/v1//chat//completions", "/v1/chat/completions"],
    ["GET", "/v1/health", "/health"],
  ])("%s %s is 404 and names the path", async (method, path, meant) => {
    const response = await createTestApp().send(path, { method });
    expect(response.status).toBe(404);
    const { error } = JSON.parse(await response.text());
    expect(error.message).toContain(`The path is ${meant}: correct your client's base URL.`);
  });
});
