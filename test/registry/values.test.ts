import { describe, expect, test } from "bun:test";
import { addAliases, type RawModels, renameModel } from "../../src/registry/edit.ts";
import { setValues } from "../../src/registry/values.ts";

const entry = () => ({ path: "/m", task: "t", weight_format: "int8", device: "CPU", mine: [1] });
const set = (assignments: string[], force = false) => {
  const models = { m: entry() };
  setValues(models, "m", assignments, { force });
  return models.m;
};

describe("speculation", () => {
  const lookup = { kind: "prompt-lookup", num_assistant_tokens: 3 };

  test("is set as a whole", () => {
    expect(set([`speculation=${JSON.stringify(lookup)}`])).toMatchObject({ speculation: lookup });
  });

  test.each([
    ["speculation=prompt-lookup", '"speculation" must be {"kind":"prompt-lookup"}'],
    ['speculation={"kind":"draft"}', '"speculation" must be'],
    ['speculation={"kind":"prompt-lookup","max_ngram_size":0}', "each number is 1 to 16"],
    ['speculation={"kind":"draft","model":"m"}', 'Model "m" cannot be its own draft. Name a smaller model'],
    ['speculation={"kind":"draft","model":"n"}', 'Cannot find model "n"'],
    ["prefill_chunk=8", '"prefill_chunk" must be a whole number of tokens, 16 to 65536'],
  ])("refuses %s", (assignment, sentence) => expect(() => set([assignment])).toThrow(sentence));
});

test.each([
  [
    "device=GPUX",
    'Cannot use "device=GPUX": OpenVINO has no device "GPUX", did you mean GPU? The devices are ',
  ],
  ["device=HETERO:GPU,XPU", 'OpenVINO has no device "XPU", did you mean CPU?'],
  ["device=vulkan", 'OpenVINO has no device "VULKAN". The devices are CPU, GPU, GPU.1, NPU and AUTO'],
])("setValues refuses %s, unless it is forced", (assignment, sentence) => {
  expect(() => set([assignment])).toThrow(sentence);
  expect(set([assignment], true).device).toBe(assignment.slice("device=".length).toUpperCase());
});

describe("setValues", () => {
  test.each([
    [["device=GPU.1"], { device: "GPU.1" }],
    [["pinned=true", "idle_seconds=1.5"], { pinned: true, idle_seconds: 1.5 }],
    [["context_length=4096"], { context_length: 4096 }],
    [["tool_format=mistral"], { tool_format: "mistral" }],
    [["weight_format=4"], { weight_format: "4" }],
    [["path=/other place"], { path: "/other place" }],
    [["device=GPU", "device=NPU"], { device: "NPU" }],
    [["device=gpu.0"], { device: "GPU.0" }],
    [["device=hetero:gpu.1,cpu"], { device: "HETERO:GPU.1,CPU" }],
    [["device=auto:-gpu"], { device: "AUTO:-GPU" }],
  ])("%p", (assignments, changed) => {
    expect(set(assignments)).toEqual({ ...entry(), ...changed });
  });

  test("key= removes the key, also one that is not there", () => {
    const { device: _gone, ...rest } = entry();
    expect(set(["device=", "pinned="])).toEqual(rest as ReturnType<typeof entry>);
  });

  test.each([
    [
      ["properties.NUM_STREAMS=2", "properties.KV_CACHE_PRECISION=u8"],
      { NUM_STREAMS: 2, KV_CACHE_PRECISION: "u8" },
    ],
    [["properties.ENABLE_CPU_PINNING=false"], { ENABLE_CPU_PINNING: false }],
    [["properties.NUM_STREAMS=2", "properties.CACHE_DIR=/c", "properties.NUM_STREAMS="], { CACHE_DIR: "/c" }],
  ])("%p", (assignments, properties) => {
    expect(set(assignments)).toEqual({ ...entry(), properties } as never);
  });

  test.each<[string[], object]>([
    [
      ["defaults.temperature=0.3", 'defaults.stop=["END"]'],
      { defaults: { temperature: 0.3, stop: ["END"] } },
    ],
    [["defaults.system=Answer in 3 words."], { defaults: { system: "Answer in 3 words." } }],
    [["defaults.system=5", "defaults.top_k=4", "defaults.top_k="], { defaults: { system: "5" } }],
    [
      ["presets.q:wild.temperature=1.5", "presets.q:wild.top_p=0.9"],
      { presets: { "q:wild": { temperature: 1.5, top_p: 0.9 } } },
    ],
    [["presets.q2.5:wild.max_tokens=5"], { presets: { "q2.5:wild": { max_tokens: 5 } } }],
    [["presets.a.seed=1", "presets.b.seed=2", "presets.a="], { presets: { b: { seed: 2 } } }],
    [["presets.a.seed=1", "presets.a.seed="], {}],
    [["defaults.seed=1", "presets.a.seed=1", "presets.a=", "defaults.seed="], {}],
  ])("%p", (assignments, changed) => {
    expect(set(assignments)).toEqual({ ...entry(), ...changed });
  });

  test("a preset keeps to names that nothing else has", () => {
    const models = { m: { ...entry(), aliases: ["x"] }, n: entry() };
    for (const name of ["n", "m", "x"]) {
      expect(() => setValues(models, "m", [`presets.${name}.seed=1`])).toThrow(
        `Cannot use the name "${name}"`,
      );
    }
    setValues(models, "m", ["presets.p.seed=1"]);
    expect(() => addAliases(models, "m", ["p"])).toThrow(`Cannot use the name "p"`);
    expect(() => addAliases(models, "n", ["p"])).toThrow(`Cannot use the name "p"`);
    expect(() => renameModel(models, "n", "p")).toThrow(`Cannot use the name "p"`);
    expect(() => renameModel(models, "m", "p")).toThrow(`Cannot use the name "p"`);
  });

  test("the last property that is removed takes the object with it", () => {
    expect(set(["properties.NUM_STREAMS=2", "properties.NUM_STREAMS="])).toEqual(entry());
  });

  test("properties of an entry are not changed when a later value is refused", () => {
    const models = { m: { ...entry(), properties: { NUM_STREAMS: 1 } } };
    expect(() => setValues(models, "m", ["properties.NUM_STREAMS=2", "pinned=yes"])).toThrow();
    expect(models.m.properties).toEqual({ NUM_STREAMS: 1 });
  });

  test("--force sets unknown keys, as JSON or as text", () => {
    const values = ["n=5", "list=[1]", "text=some words", "mine="];
    const { mine: _gone, ...rest } = entry();
    expect(set(values, true)).toEqual({ ...rest, n: 5, list: [1], text: "some words" } as never);
  });

  test("a draft that has gone keeps nothing else from being changed", () => {
    const speculation = { kind: "draft", model: "gone" };
    const models: RawModels = { m: { ...entry(), speculation } };
    setValues(models, "m", ["device=GPU"]);
    expect(models.m).toEqual({ ...entry(), speculation, device: "GPU" });
  });

  test("an entry that lacks something can be fixed", () => {
    const models = { m: { path: "relative" } };
    setValues(models, "m", ["path=/m", "task=t", "weight_format=int8"]);
    expect(models.m).toEqual({ path: "/m", task: "t", weight_format: "int8" } as never);
  });

  test.each([
    ["pinned=yes", `Cannot use "pinned=yes": "pinned" must be true or false.`],
    [
      "context_length=0",
      `Cannot use "context_length=0": "context_length" must be a whole number of tokens, 1 or more.`,
    ],
    [
      "idle_seconds=soon",
      `Cannot use "idle_seconds=soon": "idle_seconds" must be a number of seconds, 0 or more.`,
    ],
    [
      "properties.NUM_STREAMS=many",
      `Cannot use "properties.NUM_STREAMS=many": "properties.NUM_STREAMS" must be a whole number, 1 or more.`,
    ],
    [
      "properties.NUM_STREAM=2",
      `Cannot set the property "NUM_STREAM": did you mean "NUM_STREAMS"? The properties that ov-llm knows are `,
    ],
    ["properties={}", `Cannot set "properties" as a whole. Set properties.NAME=value.`],
    [
      "defaults.temperature=hot",
      `Cannot use "defaults.temperature=hot": "defaults.temperature" must be a number from 0 to 2.`,
    ],
    [
      "defaults.heat=1",
      `Cannot set the default "heat": ov-llm does not know it. The defaults that ov-llm knows are temperature, `,
    ],
    ["defaults={}", `Cannot set "defaults" as a whole. Set defaults.NAME=value.`],
    ["presets={}", `Cannot set "presets" as a whole. Set presets.PRESET.NAME=value.`],
    ["presets.a=1", `Cannot set `],
    ["presets.a.top_q=1", `Cannot set the default "top_q": did you mean "top_p"?`],
    ["presets.-a.top_p=1", `Cannot use "-a" as the name of a preset`],
    ["path=models/x", `Cannot use "path=models/x": "path" must be an absolute path.`],
    ["path=", `Cannot remove "path": every model needs it.`],
    ["aliases=a", `Cannot set "aliases" here. Use "ov-llm models alias".`],
    ["pinned", `Cannot use "pinned": expected key=value, or key= to remove the key.`],
    ["=x", `Cannot use "=x": expected key=value, or key= to remove the key.`],
    [
      "devise=GPU",
      `Cannot set "devise": did you mean "device"? The keys that ov-llm knows are path, task, weight_format, device, `,
    ],
    ["mine=", `Cannot set "mine": ov-llm does not know it. The keys that ov-llm knows are path, `],
    ["__proto__=1", `Cannot set "__proto__": `],
  ])("refuses %p and then sets nothing at all", (assignment, sentence) => {
    const models = { m: entry() };
    expect(() => setValues(models, "m", ["device=GPU", assignment])).toThrow(sentence);
    expect(models.m).toEqual(entry());
  });

  test("no force makes a known key take what is not allowed, nor __proto__", () => {
    expect(() => set(["pinned=yes"], true)).toThrow("must be true or false");
    expect(() => set(["__proto__=1"], true)).toThrow(`Cannot set "__proto__"`);
  });
});
