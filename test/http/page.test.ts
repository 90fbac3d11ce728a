import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { RunningRequestList } from "../../src/api/operate/requests.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { settled } from "../helpers/settled.ts";

const files = { "index.html": "<p>the page</p>", "page.js": "1;", "page.css": "p{}", "icon.svg": "<svg/>" };
const keys = createKeyring(() => [{ name: "a", key: "the key" }]);
const browser = { headers: { accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" } };
const withPage = () => createTestApp({ readPage: async () => files, keys });

describe("GET /", () => {
  test("is the page for a browser, without a key", async () => {
    const response = await withPage().send("/", browser);
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      200,
      "text/html; charset=utf-8",
      files["index.html"],
    ]);
  });

  test("lets the page load and ask nothing but this server, and no other page show it", async () => {
    const { headers } = await withPage().send("/", browser);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy.split("; ")).toContain("default-src 'none'");
    expect(policy.split("; ")).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:|data:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("vary")).toBe("accept");
  });

  test.each([
    ["a client", {}],
    ["curl", { headers: { accept: "*/*" } }],
    ["a client that asks HEAD", { method: "HEAD" }],
  ])("is a line of text for %s", async (_who, init) => {
    const response = await withPage().send("/", init);
    expect([response.status, response.headers.get("content-type")]).toEqual([
      200,
      "text/plain; charset=utf-8",
    ]);
  });

  test("is that line for browsers too where the page is off, and nothing of the page is served", async () => {
    const app = createTestApp({ readPage: null });
    expect(await (await app.send("/", browser)).text()).toStartWith("ov-llm is running");
    expect((await app.get("/page/page.js")).status).toBe(404);
  });
});

describe("GET /page/…", () => {
  test.each([
    ["page.js", "text/javascript; charset=utf-8"],
    ["page.css", "text/css; charset=utf-8"],
    ["icon.svg", "image/svg+xml"],
  ] as const)("%s needs no key", async (name, type) => {
    const response = await withPage().get(`/page/${name}?0123456789abcdef`);
    const { status, headers } = response;
    expect([status, headers.get("content-type"), headers.get("x-content-type-options")]).toEqual([
      200,
      type,
      "nosniff",
    ]);
    expect(await response.text()).toBe(files[name]);
  });
});

describe("GET /v1/requests", () => {
  const list = async (app: ReturnType<typeof createTestApp>) => {
    const body: unknown = await (await app.get("/v1/requests")).json();
    return Value.Decode(RunningRequestList, body).data;
  };

  test("shows what runs, how far it is, and nothing of what was asked; then nothing", async () => {
    const app = createTestApp();
    expect(await list(app)).toEqual([]);
    const response = await app.chat(
      { stream: true, max_tokens: 2, messages: [{ role: "user", content: "a secret" }] },
      { headers: { "x-request-id": "mine" } },
    );
    const running = await list(app);
    expect(running).toMatchObject([
      { id: "mine", path: "/v1/chat/completions", client: "-", key: null, model: "memory" },
    ]);
    expect(JSON.stringify(running)).not.toContain("secret");
    const reader = (response.body ?? new ReadableStream()).getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const [now] = await list(app);
      if (now?.new_tokens === 1) expect(now).toMatchObject({ state: "answering", prompt_tokens: 2 });
    }
    expect(await list(app)).toEqual([]);
  });

  test("shows what waits for its model", async () => {
    const loading = Promise.withResolvers<void>();
    const load = async () => {
      await loading.promise;
      return { host: createMemoryHost(), defaults: {} };
    };
    const app = createTestApp({ load });
    const answer = app.chat({ max_tokens: 1, messages: [{ role: "user", content: "Hi" }] });
    await settled();
    expect(await list(app)).toMatchObject([{ state: "waiting", prompt_tokens: null, new_tokens: 0 }]);
    loading.resolve();
    await (await answer).json();
    expect(await list(app)).toEqual([]);
  });

  test("requires the key", async () => {
    expect((await createTestApp({ keys }).get("/v1/requests")).status).toBe(401);
  });
});
