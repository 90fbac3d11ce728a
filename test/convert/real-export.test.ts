import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { ChatCompletion } from "../../src/api/openai/chat/response.ts";
import { chooseInt4, noInt4Wishes } from "../../src/convert/plan/int4.ts";
import { readInt4Machine } from "../../src/convert/plan/int4-machine.ts";
import { describeModel } from "../../src/models/folder.ts";
import { readManifest } from "../../src/models/manifest.ts";
import { runCli } from "../cli/run-cli.ts";
import { startFakeHub, toRepository } from "../fakes/hub.ts";
import { loadBatchingHost } from "../helpers/batching-host.ts";
import { convertEnv, hfModelPath, runtimeDir, speechPath } from "../helpers/environment.ts";
import { startServer, type TestServer } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";
import { describeConformance } from "../hosts/conformance.ts";

// The real exporter on a real model, once for each weight format: all that follows looks at what it made.
const home = createTempDir();
const minutes = 60_000;
const int8 = "the-model";
const int4 = "smollm2-from-the-hub";

const toFolder = (name: string, format: string) =>
  join(home, "models/converted_models", name, `task-text-generation-with-past__wf-${format}`);

function convert(args: string[], env: Record<string, string> = {}) {
  const places = { OV_CONVERT_ENV: convertEnv(), OV_RUNTIME_DIR: runtimeDir() };
  return runCli(["convert", "--yes", ...args], { home, env: { ...places, ...env } });
}

let server: TestServer;
let hub: ReturnType<typeof startFakeHub>;
let first: Awaited<ReturnType<typeof convert>>;
let second: string[];

beforeAll(async () => {
  hub = startFakeHub({ repositories: { "owner/SmolLM2-from.the_hub": toRepository(hfModelPath()) } });
  const env = { OV_CONVERT_ENV: convertEnv(), OV_WEIGHT_FORMAT: "int4", HF_ENDPOINT: hub.url };
  server = await startServer({ home, models: {}, env });
  const source = join(home, "model", "The Model");
  mkdirSync(join(home, "model"));
  cpSync(hfModelPath(), source, { recursive: true });
  cpSync(join(speechPath(), "hf/whisper-tiny"), join(home, "model", "whisper-tiny"), { recursive: true });
  first = await convert(["--quality"]);
  const body = JSON.stringify({ model: "owner/SmolLM2-from.the_hub" });
  const pull = await fetch(`${server.url}/api/pull`, { method: "POST", body });
  second = (await pull.text()).trim().split("\n");
}, 12 * minutes);

afterAll(async () => {
  await hub?.stop();
  await server?.stop();
});

async function ask(model: string, extra: Record<string, unknown> = {}) {
  const response = await server.chat({
    model,
    messages: [{ role: "user", content: "What is the capital of France?" }],
    temperature: 0,
    max_tokens: 24,
    ...extra,
  });
  const body: unknown = await response.json();
  expect(response.status, JSON.stringify(body)).toBe(200);
  if (!Value.Check(ChatCompletion, body)) throw new Error(`No chat completion: ${JSON.stringify(body)}`);
  return { answering: body.model, text: body.choices[0]?.message.content, usage: body.usage };
}

describe("int8, of a folder", () => {
  test("is converted and registered, and the original is kept aside", () => {
    expect(first).toMatchObject({ code: 0 });
    expect(existsSync(join(home, "model", "The Model"))).toBe(false);
    expect(existsSync(join(home, "model", "og_models", "The Model", "model.safetensors"))).toBe(true);
    const registry = JSON.parse(readFileSync(server.registryPath, "utf8"));
    expect(registry.models[int8]).toMatchObject({ path: toFolder(int8, "int8"), weight_format: "int8" });
    expect(readJson(toFolder(int8, "int8"), "conversion.json")).toMatchObject({ weight_format: "int8" });
  });

  test("is as good as its original, as measured", () => {
    const { quality } = readManifest(toFolder(int8, "int8")) ?? {};
    expect(quality?.tokens).toBeGreaterThan(300);
    expect(quality?.agreement).toBeGreaterThan(0.9);
    const { perplexity = 0, original_perplexity: original = 0 } = quality ?? {};
    expect(Math.abs(perplexity / original - 1)).toBeLessThan(0.05);
    expect(first.err).toContain("the-model: agrees with its original on");
    expect(first.err).toContain("only models that write text from text are compared");
  });

  test("has the weights in 8 bits", () => {
    expect(readWeightType(toFolder(int8, "int8"))).toMatch(/^[iu]8$/);
  });

  test("states its context length and its makers' sampling", async () => {
    expect(await describeModel(toFolder(int8, "int8"))).toMatchObject({
      form: "ir",
      task: "text-generation-with-past",
      contextLength: 8192,
      defaults: { do_sample: true, temperature: 0.2, top_p: 0.9 },
    });
  });

  test(
    "is served by the running server, with the chat template of its tokenizer",
    async () => {
      const { answering, text, usage } = await ask(int8);
      expect(text).toContain("Paris");
      expect(answering).toBe(int8);
      expect(usage.prompt_tokens).toBeGreaterThan(20);
    },
    3 * minutes,
  );
});

describe("a model that transcribes, of a folder", () => {
  test("is recognized, converted and tried, with what the engine has to know of its tokens", async () => {
    const folder = join(
      home,
      "models/converted_models/whisper-tiny/task-automatic-speech-recognition-with-past__wf-int8",
    );
    expect(await describeModel(folder)).toMatchObject({ task: "automatic-speech-recognition-with-past" });
    expect(readJson(folder, "generation_config.json")).toMatchObject({
      lang_to_id: { "<|en|>": 50_259 },
      alignment_heads: expect.any(Array),
    });
  });

  test(
    "is served by the running server",
    async () => {
      const form = new FormData();
      form.append("model", "whisper-tiny");
      form.append("language", "en");
      form.append("file", Bun.file(join(import.meta.dir, "../fixtures/audio/inaugural.ogg")));
      const response = await fetch(`${server.url}/v1/audio/transcriptions`, { method: "POST", body: form });
      expect([response.status, await response.json()]).toEqual([
        200,
        { text: expect.any(String), usage: { type: "duration", seconds: 11 } },
      ]);
    },
    3 * minutes,
  );
});

describe("int4, of a repository on the hub, pulled through the server", () => {
  test("is fetched and converted with a group size that fits", () => {
    // A pause before it is filled with spaces.
    expect(second.at(-1)?.trim()).toBe('{"status":"success"}');
    const { scheme } = chooseInt4(
      { widths: [576, 1536], parameters: 135e6 },
      noInt4Wishes,
      readInt4Machine("AUTO"),
    );
    // What nncf notes of its work.
    const xml = readFileSync(join(toFolder(int4, "int4"), "openvino_model.xml"), "utf8");
    expect(xml).toContain(`<group_size value="${scheme?.groupSize}" />`);
    expect(hub.requests).toContainEqual(expect.stringMatching(/^GET .*\/model\.safetensors$/));
  });

  test("has the weights in 4 bits", () => {
    expect(readWeightType(toFolder(int4, "int4"))).toMatch(/^[iu]4$/);
  });

  test(
    "is served by the running server",
    async () => {
      const { answering, text } = await ask(int4);
      expect(text).toContain("Paris");
      expect(answering).toBe(int4);
    },
    3 * minutes,
  );
});

describeConformance("batching (converted model)", () => loadBatchingHost(int8, toFolder(int8, "int8")));

function readJson(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), "utf8"));
}

/** The type of the constants that hold the bulk of the weights, as openvino_model.xml names it. */
function readWeightType(folder: string): string | undefined {
  const xml = readFileSync(join(folder, "openvino_model.xml"), "utf8");
  const bytes = new Map<string, number>();
  for (const [, type = "", size] of xml.matchAll(/<data element_type="(\w+)"[^>]* size="(\d+)"/g))
    bytes.set(type, (bytes.get(type) ?? 0) + Number(size));
  const [most] = [...bytes].toSorted(([, a], [, b]) => b - a);
  return most?.[0];
}
