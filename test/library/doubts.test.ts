import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { type EngineFacts, findDoubts } from "../../src/library/doubts.ts";
import { RegistryEntry } from "../../src/registry/schema.ts";
import { createModelHome, exported } from "../helpers/model-home.ts";

const home = createModelHome();
const config = JSON.stringify({ architectures: ["LlamaForCausalLM"], max_position_embeddings: 2048 });
const path = home.makeModel("m", { "config.json": config });
const draft = home.makeModel("draft", { "config.json": config });
const yarn = { type: "yarn", factor: 4, original_max_position_embeddings: 2048 };
const scaled = home.makeModel("scaled", {
  "config.json": JSON.stringify({ ...JSON.parse(config), rope_scaling: yarn }),
});
const working = { state: "ready", reason: null, devices: ["CPU"], isSeen: true } as const;
const batching: EngineFacts = { ...working, name: "batching", devices: ["CPU"] };
const native: EngineFacts = { ...batching, name: "native" };
const absent: EngineFacts = { ...native, state: "missing", reason: "Run setup --native.", devices: [] };

function doubt(values: Record<string, unknown>, engines = [batching, absent]) {
  const entry = Value.Parse(RegistryEntry, { path, ...exported, ...values });
  return findDoubts(
    { name: "m", entry, keys: new Set(Object.keys(values)) },
    {
      modelCacheDir: home.home,
      pathOf: (model) => (model === "draft" ? draft : undefined),
      readEngines: async () => engines,
    },
  );
}

describe("what was set and will not work", () => {
  test.each([
    [{ device: "GPU" }, 'OpenVINO sees no device "GPU", only CPU'],
    [{ device: "NPU.1" }, 'OpenVINO sees no device "NPU.1", only CPU'],
    [{ engine: "native" }, "Run setup --native."],
    [{ path: "/nowhere" }, 'Cannot use the model at "/nowhere": it does not exist.'],
    [{ task: "feature-extraction" }, 'its files are of a model for "text-generation'],
    [{ context_length: 2049 }, "state a context of 2048 tokens"],
    [{ speculation: { kind: "draft", model: "gone" } }, 'its draft "gone" is not registered'],
    [{ embedding: { pooling: "cls" } }, '"embedding" has no effect'],
  ] satisfies [Record<string, unknown>, string][])("%j", async (values, sentence) => {
    expect(await doubt(values)).toEqual([expect.stringContaining(sentence)]);
  });

  test("speculation on an engine that has none", async () => {
    const values = { engine: "native", speculation: { kind: "prompt-lookup" } };
    expect(await doubt(values, [native])).toEqual([expect.stringContaining("the native engine has none")]);
  });

  test.each<[Partial<EngineFacts>, string]>([
    [{ state: "broken", reason: "The engine native does not start: no libtbb." }, "no libtbb."],
    [{ isSeen: false }, 'does not see the engine native yet: "ov-llm restart"'],
  ])("an engine that is %j", async (facts, sentence) => {
    expect(await doubt({ engine: "native" }, [batching, { ...native, ...facts }])).toEqual([
      expect.stringContaining(sentence),
    ]);
  });

  test("a context beyond what the scaling of positions reaches", async () => {
    expect(await doubt({ path: scaled, context_length: 8192 })).toEqual([]);
    expect(await doubt({ path: scaled, context_length: 8193 })).toEqual([
      expect.stringContaining("state a context of 2048 tokens"),
    ]);
  });

  test.each([
    { device: "CPU" },
    { device: "AUTO" },
    { device: "HETERO:CPU" },
    { engine: "batching" },
    { path },
    { context_length: 2048 },
    { speculation: { kind: "draft", model: "draft" } },
    { speculation: { kind: "prompt-lookup" } },
    { defaults: { temperature: 0 }, pinned: true },
  ])("nothing speaks against %j", async (values) => expect(await doubt(values)).toEqual([]));

  test("nothing is known of a machine without an engine", async () =>
    expect(await doubt({ device: "GPU", engine: "native" }, [])).toEqual([]));

  test("presets of a model that embeds still name it", async () => {
    const values = { path, ...exported, task: "feature-extraction", presets: { quick: { temperature: 0 } } };
    const entry = Value.Parse(RegistryEntry, values);
    const around = { modelCacheDir: home.home, pathOf: () => undefined, readEngines: async () => [] };
    expect(await findDoubts({ name: "m", entry, keys: new Set(["presets"]) }, around)).toEqual([
      'The values of "presets" have no effect, only their names: the model\'s task is feature-extraction.',
    ]);
  });

  test("no engine is asked for what does not depend on it", async () => {
    const entry = Value.Parse(RegistryEntry, { path, ...exported, pinned: true });
    const readEngines = () => Promise.reject(new Error("asked"));
    const around = { modelCacheDir: home.home, pathOf: () => undefined, readEngines };
    const keys = new Set(["pinned"]);
    expect(await findDoubts({ name: "m", entry, keys }, around)).toEqual([]);
  });
});
