import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadModel } from "../../src/engine/model/loaded.ts";
import { OvError } from "../../src/errors.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { createTestLog } from "../helpers/log.ts";
import { readEvents } from "../helpers/server.ts";
import { settled } from "../helpers/settled.ts";
import { createTempDir } from "../helpers/temp.ts";

const messages = [{ role: "user", content: "Hi" }];

describe("an answer whose schema cannot be fully enforced", () => {
  const schema = { type: "object", properties: { secret: { not: { minLength: 1 } } } };
  const json_schema = { name: "n", schema };

  test("is given as it is, logged without what was asked, and counted when it misses", async () => {
    const { log, lines } = createTestLog();
    const host = createMemoryHost({ capabilities: ["grammar"], writes: ['{"secret": "told"}'] });
    const app = createTestApp({ log, load: async () => ({ host, defaults: {} }) });
    for (let count = 0; count < 2; count += 1) {
      const response = await app.chat({ messages, response_format: { type: "json_schema", json_schema } });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain("told");
    }
    expect(lines.filter((line) => line.includes("cannot be fully enforced"))).toEqual([
      expect.stringContaining(
        "model=memory tool=- not_enforced=response_format.json_schema.schema.properties.secret.not",
      ),
    ]);
    expect(lines.filter((line) => line.includes("violates its schema"))).toEqual([
      expect.stringContaining("model=memory tool=- keyword=not"),
      expect.stringContaining("model=memory tool=- keyword=not"),
    ]);
    expect(lines.join()).not.toMatch(/minLength|told/);
    expect(await (await app.get("/metrics")).text()).toContain(
      'ov_llm_schema_misses_total{model="memory"} 2',
    );
  });

  test("is refused where it is strict", async () => {
    const response = await createTestApp().chat({
      messages,
      response_format: { type: "json_schema", json_schema: { ...json_schema, strict: true } },
    });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("secret.not")]);
  });
});

test("a preset answers by its model's name, with its own defaults, and is shown with it", async () => {
  const registryPath = join(createTempDir(), "registry.json");
  const presets = { "m:short": { max_tokens: 1, stop: ["zzz"] } };
  const entry = {
    path: "/models/m",
    task: "text-generation",
    weight_format: "int8",
    defaults: { max_tokens: 3 },
    presets,
  };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models: { m: entry } }));
  const app = createTestApp({ registryPath });
  const ask = async (body: object) => {
    const { model, usage } = JSON.parse(await (await app.chat({ messages, ...body })).text());
    return [model, usage.completion_tokens];
  };
  expect(await ask({ model: "m" })).toEqual(["m", 3]);
  expect(await ask({ model: "m:short" })).toEqual(["m", 1]);
  expect(await ask({ model: "m:short", max_tokens: 2 })).toEqual(["m", 2]);
  expect(JSON.parse(await (await app.get("/v1/models/m:short")).text())).toMatchObject({
    id: "m:short",
    parent: "m",
    defaults: presets["m:short"],
    presets,
  });
});

describe("a request with tools that are not served", () => {
  const functions = [{ type: "function", function: { name: "f" } }];
  const warning = 'Tools of the types "web_search" were left out: only functions are served.';
  test.each([true, false])("is answered with a warning in its headers, streamed: %p", async (stream) => {
    const response = await createTestApp().chat({
      messages,
      stream,
      tools: [{ type: "web_search" }, ...functions],
    });
    await response.text();
    expect([response.status, response.headers.get("x-ov-llm-warning")]).toEqual([200, warning]);
  });
});

describe("an answer over hosts in memory", () => {
  test("streams role, text, finish reason, usage and the end, in this order", async () => {
    const response = await createTestApp().chat({
      messages,
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 2,
    });
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    const events = await readEvents(response);
    expect(events.map((event) => summarize(event))).toEqual([
      { delta: { role: "assistant", content: "" }, usage: null },
      { delta: { content: expect.any(String) }, usage: null },
      { delta: { content: expect.any(String) }, usage: null },
      { delta: {}, finish: "length", usage: null },
      { usage: expect.objectContaining({ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }) },
      "[DONE]",
    ]);
  });

  test("says nothing of usage in a stream that was not asked for it", async () => {
    const events = await readEvents(await createTestApp().chat({ messages, stream: true, max_tokens: 1 }));
    expect(JSON.stringify(events)).not.toContain("usage");
  });

  test("interleaves n choices, each whole, with the prompt counted once", async () => {
    const ask = {
      messages,
      n: 3,
      temperature: 1,
      seed: 5,
      max_tokens: 4,
      stream_options: { include_usage: true },
    };
    const plain = JSON.parse(await (await createTestApp().chat(ask)).text());
    const events = await readEvents(await createTestApp().chat({ ...ask, stream: true }));
    const streamed = [0, 1, 2].map((index) => textOf(events, index));
    expect(plain.choices.map(({ message }: { message: { content: string } }) => message.content)).toEqual(
      streamed,
    );
    expect(plain.usage).toMatchObject({ prompt_tokens: 1, completion_tokens: 12 });
    expect(new Set(streamed).size).toBe(3);
  });

  test("a choice that fails ends the whole answer with its error", async () => {
    const host = createMemoryHost();
    let asked = 0;
    const load: LoadModel = async () => ({
      defaults: {},
      host: {
        ...host,
        alive: true,
        run: (operation, request, signal) => {
          asked += 1;
          if (asked === 2) throw new OvError("kv_cache_exhausted", "No room.");
          return host.run(operation, request, signal);
        },
      },
    });
    const response = await createTestApp({ load }).chat({ messages, n: 3 });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("kv_cache_exhausted");
    expect(host.running()).toBe(0);
  });

  test("what fails before the first event of a stream is an HTTP error", async () => {
    const load: LoadModel = async () => {
      throw new OvError("model_load_failed", "It is broken.");
    };
    const response = await createTestApp({ load }).chat({ messages, stream: true });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("10");
    expect(JSON.parse(await response.text()).error).toMatchObject({ code: "model_load_failed" });
  });

  test("a request that takes too long ends with an error that names the bound", async () => {
    const never = new Promise<void>(() => {});
    const load: LoadModel = async () => ({ host: createMemoryHost({ gate: () => never }), defaults: {} });
    const app = createTestApp({ load, requestSeconds: 0.5 });
    const plain = await app.chat({ messages });
    expect(plain.status).toBe(504);
    expect(await plain.text()).toContain("OV_REQUEST_SECONDS");
    const events = await readEvents(await app.chat({ messages, stream: true }));
    expect(events.at(-1)).toMatchObject({ error: { code: "generation_timeout" } });
  });

  test("a client that leaves ends the request in the engine", async () => {
    const never = new Promise<void>(() => {});
    const host = createMemoryHost({ gate: () => never });
    const app = createTestApp({ load: async () => ({ host, defaults: {} }) });
    const stop = new AbortController();
    const answer = app.chat({ messages }, { signal: stop.signal });
    await settled();
    expect(host.running()).toBe(1);
    stop.abort();
    expect((await answer).status).toBe(499);
    expect(host.running()).toBe(0);
    const response = await app.chat({ messages, stream: true });
    await response.body?.cancel();
    await settled();
    expect(host.running()).toBe(0);
  });
});

interface Chunk {
  choices: { index: number; delta: { content?: string }; finish_reason: string | null }[];
  usage?: unknown;
}

const isChunk = (event: unknown): event is Chunk =>
  typeof event === "object" && event !== null && "choices" in event;

function summarize(event: unknown): unknown {
  if (!isChunk(event)) return event;
  const [choice] = event.choices;
  const finish = choice?.finish_reason;
  return {
    ...(choice && { delta: choice.delta }),
    ...(finish && { finish }),
    ...("usage" in event && { usage: event.usage }),
  };
}

function textOf(events: unknown[], index: number): string {
  return events
    .filter(isChunk)
    .flatMap(({ choices }) => choices)
    .filter((choice) => choice.index === index)
    .map(({ delta }) => delta.content ?? "")
    .join("");
}
