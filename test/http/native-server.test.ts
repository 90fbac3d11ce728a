import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";
import { readEvents, startServer, type TestServer } from "../helpers/server.ts";
import { installStandIn, writeStandInModel } from "../helpers/stand-in.ts";
import { createTempDir } from "../helpers/temp.ts";

setDefaultTimeout(180_000);
const folder = createTempDir();
const entry = { task: "text-generation-with-past", weight_format: "int8" };
const model = (name: string, extra: object = {}) => ({
  path: writeStandInModel(join(folder, name)),
  ...entry,
  ...extra,
});
let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    home: join(folder, "home"),
    models: {
      m: model("m"),
      sdpa: model("sdpa", { properties: { ATTENTION_BACKEND: "SDPA" } }),
      batched: model("batched", { engine: "batching" }),
    },
    // No Python anywhere.
    env: { OV_RUNTIME_DIR: join(folder, "none"), OV_NATIVE_DIR: installStandIn(folder) },
  });
});
afterAll(() => server.stop());

const messages = [{ role: "user", content: "Hi" }];

interface Answer {
  choices: { message: { content: string } }[];
}

describe("a server without Python", () => {
  test("answers, whole and as a stream", async () => {
    const whole = (await (await server.chat({ model: "m", messages, temperature: 0 })).json()) as Answer;
    expect(whole).toMatchObject({
      model: "m",
      choices: [{ finish_reason: "stop" }],
      usage: { completion_tokens: 9 },
    });
    const stream = await readEvents(
      await server.chat({ model: "m", messages, temperature: 0, stream: true }),
    );
    const text = stream.flatMap(
      (event) => (event as { choices?: { delta: { content?: string } }[] }).choices ?? [],
    );
    expect(text.map(({ delta }) => delta.content ?? "").join("")).toBe(
      whole.choices[0]?.message.content as string,
    );
  });

  test("answers n > 1 one after the other", async () => {
    const answer = (await (
      await server.chat({ model: "m", messages, n: 3, temperature: 1, seed: 5 })
    ).json()) as Answer;
    const texts = answer.choices.map(({ message }) => message.content);
    expect(new Set(texts).size).toBe(3);
  });

  test("lets a second request wait in the pool's queue", async () => {
    const answers = await Promise.all([1, 2, 3].map(() => server.chat({ model: "m", messages })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test("runs a model with another attention", async () => {
    expect((await server.chat({ model: "sdpa", messages })).status).toBe(200);
  });

  test("says what a model that wants the other engine needs", async () => {
    const refused = await server.chat({ model: "batched", messages });
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({
      error: { code: "engine_unavailable", message: expect.stringContaining("Run `ov-llm setup`") },
    });
  });

  test("reports both engines' states in its log and in /health", async () => {
    expect(await server.logged(/ engine found /)).toContain("engine=native openvino_genai_node=2026.4.0");
    expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({
      status: "degraded",
      reason: expect.stringMatching(
        /^Model "batched" cannot be served: No engine is installed .* `ov-llm setup`\.$/,
      ),
      device: "CPU",
      engine: { name: "native" },
      engines: [
        { name: "batching", state: "missing", reason: expect.stringContaining("`ov-llm setup`") },
        { name: "native", state: "ready", reason: null, devices: ["CPU"] },
      ],
    });
  });

  test("reloads a model when its properties change", async () => {
    const path = join(folder, "m");
    server.register({ m: model("m", { properties: { NUM_STREAMS: 1 } }) });
    expect((await server.chat({ model: "m", messages })).status).toBe(200);
    expect(await Bun.file(join(path, "properties.json")).json()).toMatchObject({
      properties: { NUM_STREAMS: 1 },
    });
  });
});
