import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ErrorBody, ollama } from "../../src/api/ollama/errors.ts";
import { LoadedList, ModelList } from "../../src/api/ollama/model-list.ts";
import {
  ChatAnswer,
  ChatLine,
  ChatMoved,
  GenerateAnswer,
  GenerateLine,
  GenerateMoved,
} from "../../src/api/ollama/response.ts";
import { createRootRoutes } from "../../src/api/ollama/root.ts";
import { Shown } from "../../src/api/ollama/show.ts";
import { createEditsFor } from "../../src/daemon/models.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp, type TestAppOptions } from "../helpers/app.ts";
import { eventually } from "../helpers/processes.ts";
import { createRouteApp } from "../helpers/routes.ts";
import { createTempDir } from "../helpers/temp.ts";

const home = createTempDir();
let next = 0;

const small = {
  path: "/models/small",
  task: "text-generation-with-past",
  weight_format: "int8",
  aliases: ["llama3.2"],
  context_length: 64,
  presets: { "small:wild": { temperature: 1.5 }, short: { max_tokens: 1 } },
};
const tagged = { path: "/models/qwen", task: "text-generation-with-past", weight_format: "int4" };
const embedding = { path: "/models/minilm", task: "feature-extraction", weight_format: "fp32" };

/** The API over a registry of these three. */
function createOllama(extra: TestAppOptions = {}) {
  const registryPath = join(home, `registry-${next++}.json`);
  const models = { small, "qwen3:8b": tagged, minilm: embedding };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models }));
  const editModels = createEditsFor({ registryPath, modelCacheDir: join(home, "cache") });
  const app = createTestApp({ registryPath, editModels, ...extra });
  const ask = (path: string, body: object, method = "POST") =>
    app.send(path, { method, body: JSON.stringify(body) });
  return { ...app, ask };
}

function checked(schema: TSchema, value: unknown) {
  expect([...Value.Errors(schema, value)]).toEqual([]);
  return value;
}

async function bodyOf(response: Response, schema: TSchema) {
  const text = await response.text();
  expect([response.status, text]).toEqual([200, expect.any(String)]);
  const body = JSON.parse(text);
  checked(schema, body);
  return body;
}

async function linesOf(response: Response, schema: TSchema) {
  expect([response.status, response.headers.get("content-type")]).toEqual([
    200,
    "application/x-ndjson; charset=utf-8",
  ]);
  const text = await response.text();
  expect(text).toEndWith("\n");
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const line of lines) checked(schema, line);
  return lines;
}

async function errorOf(response: Response): Promise<[number, string]> {
  const body: unknown = await response.json();
  if (!Value.Check(ErrorBody, body)) throw new Error(`No error of Ollama's: ${JSON.stringify(body)}`);
  expect(Object.keys(body)).toEqual(["error"]);
  return [response.status, body.error];
}

const user = { role: "user", content: "Hi" };
const hello = { model: "small", messages: [user] };

describe("POST /api/chat", () => {
  test("streams lines by default", async () => {
    const lines = await linesOf(await createOllama().ask("/api/chat", hello), ChatLine);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.map(({ done }) => done)).toEqual([...Array(lines.length - 1).fill(false), true]);
    expect(new Set(lines.map(({ model }) => model))).toEqual(new Set(["small"]));
    expect(lines.at(-1)).toMatchObject({ done_reason: "stop", prompt_eval_count: 1, eval_count: 8 });
  });

  test("answers at once where that is asked", async () => {
    const app = createOllama();
    const lines = await linesOf(await app.ask("/api/chat", hello), ChatLine);
    const whole = await bodyOf(await app.ask("/api/chat", { ...hello, stream: false }), ChatAnswer);
    expect(whole.message.content).toBe(lines.map(({ message }) => message.content).join(""));
    expect(whole.total_duration).toBeGreaterThanOrEqual(whole.load_duration);
  });

  test.each(["small", "small:latest", "llama3.2", "llama3.2:latest", "qwen3:8b"])(
    "finds the model %s and answers under that name",
    async (model) => {
      const body = { ...hello, model, stream: false };
      const whole = await bodyOf(await createOllama().ask("/api/chat", body), ChatAnswer);
      expect(whole.model).toBe(model);
    },
  );

  test("takes its options", async () => {
    const options = { num_predict: 2, temperature: 0, num_ctx: 8192, mirostat: 2 };
    const body = { ...hello, options, stream: false };
    const whole = await bodyOf(await createOllama().ask("/api/chat", body), ChatAnswer);
    expect(whole).toMatchObject({ done_reason: "length", eval_count: 2 });
  });

  test("has log probabilities where they are asked for", async () => {
    const body = { ...hello, logprobs: true, stream: false };
    const whole = await bodyOf(await createOllama().ask("/api/chat", body), ChatAnswer);
    expect(whole.logprobs).toHaveLength(8);
  });

  test("reports what breaks a stream in its last line", async () => {
    const hosts = [createMemoryHost({ gate: () => new Promise((go) => setImmediate(go)) })];
    const app = createOllama({
      load: async () => ({ host: hosts[0] ?? createMemoryHost(), defaults: {} }),
    });
    const response = await app.ask("/api/chat", hello);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? "";
    hosts[0]?.crash();
    for (let more = await reader?.read(); more && !more.done; more = await reader?.read()) text += more.value;
    const last = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
    expect(last).toEqual({ error: expect.stringContaining("engine") });
  });

  test("ends in the engine when its client leaves", async () => {
    const host = createMemoryHost({ gate: () => new Promise(() => {}) });
    const app = createOllama({ load: async () => ({ host, defaults: {} }) });
    const stop = new AbortController();
    const body = JSON.stringify(hello);
    const asking = app.send("/api/chat", { method: "POST", body, signal: stop.signal });
    while (host.running() === 0) await new Promise((go) => setImmediate(go));
    stop.abort();
    await asking.catch(() => {});
    while (host.running() > 0) await new Promise((go) => setImmediate(go));
    expect(host.running()).toBe(0);
  });
});

describe("POST /api/generate", () => {
  const prompt = { model: "small", prompt: "Hi", system: "Be brief" };

  test("streams lines by default", async () => {
    const lines = await linesOf(await createOllama().ask("/api/generate", prompt), GenerateLine);
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.at(-1)).toMatchObject({ response: "", done: true, done_reason: "stop" });
  });

  test("answers at once where that is asked", async () => {
    const whole = await bodyOf(
      await createOllama().ask("/api/generate", { ...prompt, stream: false }),
      GenerateAnswer,
    );
    expect(whole.response).not.toBe("");
  });
});

test("a raw prompt is answered without the model's template", async () => {
  const app = createOllama();
  const body = { model: "small", prompt: "a b c", raw: true, stream: false };
  const whole = await bodyOf(await app.ask("/api/generate", body), GenerateAnswer);
  expect(whole.response).not.toBe("");
});

describe("a request that asks nothing", () => {
  const empty: [string, object, TSchema][] = [
    ["/api/generate", { model: "small" }, GenerateMoved],
    ["/api/generate", { model: "small", prompt: "", stream: true }, GenerateMoved],
    ["/api/chat", { model: "small", messages: [] }, ChatMoved],
    ["/api/chat", { model: "small" }, ChatMoved],
  ];

  test.each(empty)("loads the model, then unloads it: %s %j", async (path, body, schema) => {
    const app = createOllama();
    const loaded = await bodyOf(await app.ask(path, body), schema);
    expect(loaded).toMatchObject({ model: "small", done: true, done_reason: "load" });
    expect(app.pool.status().get("small")?.state).toBe("ready");
    const unloaded = await bodyOf(await app.ask(path, { ...body, keep_alive: 0 }), schema);
    expect(unloaded).toMatchObject({ done: true, done_reason: "unload" });
    expect(app.pool.status().size).toBe(0);
  });

  test("says how long the model stays", async () => {
    const app = createOllama();
    const load = (keep_alive: number | string) => app.ask("/api/generate", { model: "small", keep_alive });
    const before = Date.now() / 1000;
    await load("5m");
    const stays = app.pool.status().get("small")?.idleUnloadAt;
    expect(stays).toBeGreaterThan(before + 299);
    expect(stays).toBeLessThan(Date.now() / 1000 + 301);
    await load(-1);
    expect(app.pool.status().get("small")?.idleUnloadAt).toBeNull();
  });

  test("needs a model that is there", async () => {
    const app = createOllama();
    const [status, error] = await errorOf(await app.ask("/api/generate", { model: "nobody", keep_alive: 0 }));
    expect([status, error]).toEqual([404, expect.stringContaining('Cannot find model "nobody"')]);
  });
});

test("an answer with keep_alive 0 is the model's last", async () => {
  const app = createOllama();
  await bodyOf(await app.ask("/api/chat", { ...hello, stream: false, keep_alive: 0 }), ChatAnswer);
  await eventually(() => app.pool.status().size === 0);
});

describe("models", () => {
  test("are listed by each of their names, with a tag", async () => {
    const { models } = await bodyOf(await createOllama().get("/api/tags"), ModelList);
    expect(models.map(({ model }: { model: string }) => model)).toEqual([
      "small:latest",
      "llama3.2:latest",
      "small:wild",
      "short:latest",
      "qwen3:8b",
      "minilm:latest",
      "memory:latest",
    ]);
    expect(models[0]).toMatchObject({
      name: "small:latest",
      details: { format: "openvino", quantization_level: "INT8" },
      digest: models[1].digest,
    });
    expect(models[0].digest).toMatch(/^[0-9a-f]{64}$/);
    expect(models[0].digest).not.toBe(models[4].digest);
  });

  test("have the same digest until other files lie there", async () => {
    const digestOf = async () =>
      (await bodyOf(await createOllama().get("/api/tags"), ModelList)).models[0].digest;
    expect(await digestOf()).toBe(await digestOf());
  });

  test("in memory are listed with their end", async () => {
    const app = createOllama();
    expect(await bodyOf(await app.get("/api/ps"), LoadedList)).toEqual({ models: [] });
    await app.ask("/api/generate", { model: "llama3.2", keep_alive: "1h" });
    const { models } = await bodyOf(await app.get("/api/ps"), LoadedList);
    expect(models).toMatchObject([{ name: "small:latest", size_vram: 0, context_length: 64 }]);
    expect(Date.parse(models[0].expires_at) - Date.now()).toBeGreaterThan(3_500_000);
    await app.ask("/api/generate", { model: "small", keep_alive: -1 });
    const later = await bodyOf(await app.get("/api/ps"), LoadedList);
    expect(later.models[0].expires_at).toStartWith("2262-");
  });

  test.each([{ model: "small" }, { name: "small:latest" }, { model: "llama3.2", verbose: true }])(
    "are shown: %j",
    async (body) => {
      const shown = await bodyOf(await createOllama().ask("/api/show", body), Shown);
      expect(shown).toMatchObject({
        capabilities: ["completion", "tools"],
        model_info: { "general.architecture": "unknown", "unknown.context_length": 64 },
      });
    },
  );

  test("that think are shown so, with their own template and defaults", async () => {
    const chatTemplate =
      "{% for m in messages %}{{ m.content }}{% endfor %}{% if enable_thinking %}<think>{% else %}<think></think>{% endif %}";
    const description = {
      form: "ir" as const,
      path: "/models/small",
      label: "small",
      manifest: null,
      task: null,
      weightFormat: "int8",
      weightsBytes: 1000,
      architecture: "qwen3",
      chatTemplate,
      contextLength: 4096,
      defaults: { do_sample: true, temperature: 0.6, repetition_penalty: 1.1 },
      embedding: null,
      labels: null,
    };
    const facts = async () => ({ contextLength: 4096, modified: 1_700_000_000, description });
    const app = createOllama({ facts });
    const shown = await bodyOf(await app.ask("/api/show", { model: "qwen3:8b" }), Shown);
    expect(shown).toMatchObject({
      template: chatTemplate,
      capabilities: ["completion", "tools", "thinking"],
      details: { family: "qwen3", families: ["qwen3"], quantization_level: "INT4" },
      model_info: {
        "general.architecture": "qwen3",
        "general.basename": "qwen3:8b",
        "qwen3.context_length": 4096,
      },
      modified_at: "2023-11-14T22:13:20.000Z",
    });
    expect(shown.parameters.split("\n").map((line: string) => line.split(/ +/))).toEqual([
      ["temperature", "0.6"],
      ["repeat_penalty", "1.1"],
    ]);
    const { models } = await bodyOf(await app.get("/api/tags"), ModelList);
    expect(models[0]).toMatchObject({ size: 1000, modified_at: "2023-11-14T22:13:20.000Z" });
  });

  test("have Ollama's version", async () => {
    const { version } = JSON.parse(await (await createOllama().get("/api/version")).text());
    expect(version).toMatch(/^0\.\d+\.\d+$/);
  });
});

describe("the registry", () => {
  const namesOf = async (app: ReturnType<typeof createOllama>) =>
    (await bodyOf(await app.get("/api/tags"), ModelList)).models.map(({ name }: { name: string }) => name);

  test("gets an alias by a copy, and loses it by its deletion", async () => {
    const app = createOllama();
    const copied = await app.ask("/api/copy", { source: "small", destination: "gpt:latest" });
    expect([copied.status, await copied.text()]).toEqual([200, ""]);
    expect(await namesOf(app)).toContain("gpt:latest");
    expect((await app.ask("/api/chat", { ...hello, model: "gpt", stream: false })).status).toBe(200);
    const deleted = await app.ask("/api/delete", { model: "gpt" }, "DELETE");
    expect([deleted.status, await deleted.text()]).toEqual([200, ""]);
    const names = await namesOf(app);
    expect([names.includes("gpt:latest"), names.includes("small:latest")]).toEqual([false, true]);
  });

  test("keeps a preset, which is a part of the model's entry", async () => {
    const app = createOllama();
    const [status, error] = await errorOf(await app.ask("/api/delete", { model: "small:wild" }, "DELETE"));
    expect([status, error]).toEqual([400, expect.stringContaining('it is a preset of "small"')]);
  });

  test("loses a model by its deletion", async () => {
    const app = createOllama();
    expect((await app.ask("/api/delete", { name: "small:latest" }, "DELETE")).status).toBe(200);
    expect(await namesOf(app)).toEqual(["qwen3:8b", "minilm:latest", "memory:latest"]);
  });

  test("keeps what OV_MODEL_PATH names", async () => {
    const [status, error] = await errorOf(
      await createOllama().ask("/api/delete", { model: "memory" }, "DELETE"),
    );
    expect([status, error]).toEqual([404, expect.stringContaining('Cannot find model "memory"')]);
  });

  test.each<[string, object, string, number, string]>([
    [
      "a copy of nothing",
      { source: "nobody", destination: "x" },
      "/api/copy",
      404,
      'Cannot find model "nobody"',
    ],
    ["a copy to a taken name", { source: "small", destination: "qwen3:8b" }, "/api/copy", 400, '"qwen3:8b"'],
    ["a copy to no name", { source: "small", destination: "" }, "/api/copy", 400, "it is empty"],
    ["a copy without a source", { destination: "x" }, "/api/copy", 400, '"source" is missing'],
  ])("refuses %s", async (_, body, path, status, error) => {
    expect(await errorOf(await createOllama().ask(path, body))).toEqual([
      status,
      expect.stringContaining(error),
    ]);
  });

  test.each([{ model: "nobody" }, { model: "" }, {}])("deletes nothing for %j", async (body) => {
    const [status] = await errorOf(await createOllama().ask("/api/delete", body, "DELETE"));
    expect(status).toBe("model" in body && body.model ? 404 : 400);
  });
});

describe("a pull", () => {
  test("of a registered model succeeds", async () => {
    const app = createOllama();
    const body = { model: "llama3.2", stream: false };
    expect(JSON.parse(await (await app.ask("/api/pull", body)).text())).toEqual({ status: "success" });
    const streamed = await app.ask("/api/pull", { model: "small:latest" });
    expect(await streamed.text()).toBe('{"status":"success"}\n');
  });

  test("of another one reports what keeps it from being pulled", async () => {
    const app = createOllama();
    const body = { model: "Qwen/Qwen3-8B" };
    expect(await errorOf(await app.ask("/api/pull", { ...body, stream: false }))).toEqual([
      500,
      "There is no hub.",
    ]);
    const lines = (await (await app.ask("/api/pull", body)).text()).trim().split("\n");
    expect(JSON.parse(lines.at(-1) ?? "")).toEqual({ error: "There is no hub." });
    expect(await errorOf(await app.ask("/api/pull", {}))).toEqual([
      400,
      expect.stringContaining('send "model"'),
    ]);
  });
});

describe("what is not served", () => {
  test.each<[string, object, RegExp]>([
    ["/api/embed", { model: "small", input: ["a"] }, /does not offer the operation "embed"/],
    ["/api/embeddings", { model: "small", prompt: "a" }, /does not offer the operation "embed"/],
    ["/api/create", { model: "x", from: "small" }, /does not create models.*POST \/api\/pull/],
    ["/api/push", { model: "small" }, /does not push models/],
    ["/api/blobs/sha256:00", {}, /does not take files/],
    ["/api/generate", { model: "small", prompt: "a", suffix: "b" }, /"suffix"/],
    ["/api/generate", { model: "small", prompt: "a", template: "b" }, /"template" is not served/],
    ["/api/generate", { model: "small", prompt: "a", images: ["aGk="] }, /"images\[0\]" is an image/],
    [
      "/api/chat",
      { ...hello, messages: [{ ...user, images: ["aGk="] }] },
      /"messages\[0\].images\[0\]" is an image/,
    ],
  ])("%s %j is a clear 400", async (path, body, error) => {
    expect(await errorOf(await createOllama().ask(path, body))).toEqual([400, expect.stringMatching(error)]);
  });
});

describe("an error is Ollama's", () => {
  test.each<[string, string, RequestInit, number, RegExp]>([
    ["for no JSON", "/api/chat", { method: "POST", body: "{" }, 400, /not valid JSON/],
    ["for no body", "/api/chat", { method: "POST" }, 400, /empty/],
    ["for a list", "/api/chat", { method: "POST", body: "[]" }, 400, /must be a JSON object/],
    [
      "for a field",
      "/api/chat",
      { method: "POST", body: '{"messages":"Hi"}' },
      400,
      /"messages" must be a list/,
    ],
    [
      "for an option",
      "/api/generate",
      { method: "POST", body: '{"prompt":"Hi","options":{"top_p":"high"}}' },
      400,
      /"options.top_p" must be a number from 0 to 1/,
    ],
    [
      "for a level of thought",
      "/api/chat",
      { method: "POST", body: JSON.stringify({ ...hello, think: "hard" }) },
      400,
      /"think" must be/,
    ],
    [
      "for an unknown role",
      "/api/chat",
      { method: "POST", body: JSON.stringify({ ...hello, messages: [{ role: "narrator", content: "" }] }) },
      400,
      /"messages\[0\].role" is "narrator"/,
    ],
    [
      "for a result without its call",
      "/api/chat",
      {
        method: "POST",
        body: JSON.stringify({ ...hello, messages: [user, { role: "tool", content: "1" }] }),
      },
      400,
      /"messages\[1\]" answers no tool call/,
    ],
    [
      "for a bad duration",
      "/api/chat",
      { method: "POST", body: JSON.stringify({ ...hello, keep_alive: "soon" }) },
      400,
      /"keep_alive" must be/,
    ],
    [
      "for an unknown model",
      "/api/chat",
      { method: "POST", body: JSON.stringify({ ...hello, model: "nobody" }) },
      404,
      /Cannot find model "nobody": there are "small"/,
    ],
    [
      "for a model of another task",
      "/api/chat",
      { method: "POST", body: JSON.stringify({ ...hello, model: "minilm" }) },
      400,
      /"minilm".*"feature-extraction"/,
    ],
    ["for another method", "/api/chat", {}, 405, /GET is not served at \/api\/chat: use POST/],
    ["for an unknown path", "/api/nowhere", {}, 404, /Nothing is served at GET \/api\/nowhere/],
    [
      "for too long a prompt",
      "/api/generate",
      { method: "POST", body: JSON.stringify({ model: "small", prompt: "a ".repeat(100) }) },
      400,
      /context length/,
    ],
  ])("%s", async (_, path, init, status, error) => {
    expect(await errorOf(await createOllama().send(path, init))).toEqual([
      status,
      expect.stringMatching(error),
    ]);
  });

  test("when the queue is full, with the seconds to wait", async () => {
    const host = createMemoryHost({ gate: () => new Promise(() => {}) });
    const app = createOllama({ load: async () => ({ host, defaults: {} }) });
    const stop = new AbortController();
    const body = JSON.stringify(hello);
    const asking = Array.from({ length: 8 }, () =>
      app.send("/api/chat", { method: "POST", body, signal: stop.signal }),
    );
    while ((app.pool.status().get("small")?.waiting ?? 0) < 4) await new Promise((go) => setImmediate(go));
    const response = await app.ask("/api/chat", hello);
    expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await errorOf(response)).toEqual([429, expect.any(String)]);
    stop.abort();
    await Promise.allSettled(asking);
  });

  test("when the server stops", async () => {
    const app = createOllama();
    await app.pool.close(0);
    expect(await errorOf(await app.ask("/api/chat", hello))).toEqual([
      503,
      expect.stringContaining("stopping"),
    ]);
  });
});

describe("a key", () => {
  const keys = createKeyring(() => [{ name: "mine", key: "secret:1" }]);
  const basic = (text: string) => ({ authorization: `Basic ${btoa(text)}` });

  test.each([
    ["a bearer", { authorization: "Bearer secret:1" }, 200],
    ["the password of a URL", basic("anyone:secret:1"), 200],
    ["a password without a user", basic(":secret:1"), 200],
    ["none", {}, 401],
    ["a wrong bearer", { authorization: "Bearer other" }, 401],
    ["a wrong password", basic("secret:1:other"), 401],
    ["no base64", { authorization: "Basic %%%" }, 401],
  ])("may come as %s: %p", async (_, headers, status) => {
    const response = await createOllama({ keys }).send("/api/tags", { headers });
    expect(response.status).toBe(status);
    if (status === 401) {
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
      const [, error] = await errorOf(response);
      expect(error).toMatch(/key/);
    }
  });

  test("is asked for at every path but /", async () => {
    const app = createOllama({ keys });
    const document = await app.send("/openapi.json", { headers: { authorization: "Bearer secret:1" } });
    const { paths } = JSON.parse(await document.text());
    const below = Object.entries<object>(paths).filter(([path]) => /^\/api\/(?!v0\/)/.test(path));
    expect(below.length).toBe(14);
    for (const [path, methods] of below) {
      for (const method of Object.keys(methods)) {
        const response = await app.send(path, { method: method.toUpperCase() });
        expect([path, (await errorOf(response))[0]]).toEqual([path, 401]);
      }
    }
  });
});

describe("on a port of its own", () => {
  const keys = createKeyring(() => [{ name: "mine", key: "secret" }]);
  const createOwn = () => createRouteApp(createRootRoutes(), { dialects: [ollama], keys });

  test("Ollama is running, with or without a key", async () => {
    const { send } = createOwn();
    expect(await (await send("/")).text()).toBe("Ollama is running");
    const head = await send("/", { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
  });

  test("every error is Ollama's", async () => {
    const { send } = createOwn();
    const headers = { authorization: "Bearer secret" };
    expect(await errorOf(await send("/v1/models", { headers }))).toEqual([404, expect.any(String)]);
    expect((await errorOf(await send("/v1/models")))[0]).toBe(401);
    expect((await errorOf(await send("/", { method: "POST", headers })))[0]).toBe(405);
  });

  test("but not elsewhere", async () => {
    expect(await (await createOllama().get("/")).text()).not.toContain("Ollama");
  });
});

test("HEAD is answered as GET is, without its body", async () => {
  for (const path of ["/api/tags", "/api/version"]) {
    const response = await createOllama().send(path, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  }
});
