import { describe, expect, test } from "bun:test";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import { type Candidate, listCandidates, type Present, type TuneMachine } from "../../src/tune/candidates.ts";
import { invertChange, joinChanges, withChange } from "../../src/tune/change.ts";
import type { Topic } from "../../src/tuning.ts";

const entry = { path: "/m", task: "text-generation-with-past", weight_format: "int4" };
const plain: TuneMachine = {
  devices: ["CPU"],
  cpu: { threads: 2, cores: 2, isHybrid: false },
  engines: ["batching"],
};
const large: TuneMachine = {
  devices: ["CPU", "GPU", "NPU"],
  cpu: { threads: 16, cores: 8, isHybrid: true },
  engines: ["batching", "native"],
};
const onCpu = (properties: Present["entry"]["properties"] = {}): Present => ({
  device: "CPU",
  engine: "batching",
  entry: { ...entry, properties },
});

const draft = { name: "d", bytes: 1, problem: null };

const changesOf = (present: Present, machine: TuneMachine, topic: Topic) =>
  listCandidates(present, machine, [topic]).candidates.map(({ change }) => change.join(" "));

describe("what is tried", () => {
  test.each<[string, Present, TuneMachine, Topic, string[]]>([
    ["every other device", onCpu(), large, "device", ["device=GPU", "device=NPU"]],
    [
      "another device without what only a CPU has",
      onCpu({ INFERENCE_NUM_THREADS: 4 }),
      { ...large, devices: ["CPU", "GPU"] },
      "device",
      ["device=GPU properties.INFERENCE_NUM_THREADS="],
    ],
    [
      "precisions of the KV cache",
      onCpu(),
      plain,
      "kv",
      ["properties.KV_CACHE_PRECISION=f16", "properties.KV_CACHE_PRECISION=u4"],
    ],
    [
      "the default where the entry names one",
      onCpu({ KV_CACHE_PRECISION: "f16" }),
      plain,
      "kv",
      ["properties.KV_CACHE_PRECISION=", "properties.KV_CACHE_PRECISION=u4"],
    ],
    [
      "all threads, one less than the cores, half of them",
      onCpu(),
      large,
      "threads",
      [
        "properties.INFERENCE_NUM_THREADS=16 properties.ENABLE_HYPER_THREADING=true",
        "properties.INFERENCE_NUM_THREADS=7",
        "properties.INFERENCE_NUM_THREADS=4",
      ],
    ],
    [
      "dynamic quantization in groups and off",
      onCpu(),
      plain,
      "quantization",
      ["properties.DYNAMIC_QUANTIZATION_GROUP_SIZE=0", "properties.DYNAMIC_QUANTIZATION_GROUP_SIZE=128"],
    ],
    ["larger parts of a prompt", onCpu(), plain, "chunk", ["prefill_chunk=1024"]],
    [
      "smaller parts on a GPU, and the default",
      { ...onCpu(), device: "GPU", entry: { ...entry, prefill_chunk: 4096 } },
      plain,
      "chunk",
      ["prefill_chunk=", "prefill_chunk=512"],
    ],
    ["guessed tokens", onCpu(), plain, "speculation", ['speculation={"kind":"prompt-lookup"}']],
    [
      "none where there are some",
      { ...onCpu(), entry: { ...entry, speculation: { kind: "prompt-lookup" } } },
      plain,
      "speculation",
      ["speculation="],
    ],
    [
      "tokens guessed by another model",
      { ...onCpu(), drafts: [draft] },
      plain,
      "speculation",
      ['speculation={"kind":"prompt-lookup"}', 'speculation={"kind":"draft","model":"d"}'],
    ],
    [
      "another way to guess than the present one",
      { ...onCpu(), drafts: [draft], entry: { ...entry, speculation: { kind: "draft", model: "d" } } },
      plain,
      "speculation",
      ["speculation=", 'speculation={"kind":"prompt-lookup"}'],
    ],
    ["threads without pins", onCpu(), plain, "pinning", ["properties.ENABLE_CPU_PINNING=false"]],
    [
      "pins where there are none",
      onCpu({ ENABLE_CPU_PINNING: false }),
      plain,
      "pinning",
      ["properties.ENABLE_CPU_PINNING=true"],
    ],
    [
      "kinds of cores",
      onCpu({ SCHEDULING_CORE_TYPE: "ANY_CORE" }),
      large,
      "cores",
      ["properties.SCHEDULING_CORE_TYPE=PCORE_ONLY"],
    ],
    [
      "plain attention, with the engine that knows it",
      onCpu(),
      large,
      "attention",
      ["engine=native properties.ATTENTION_BACKEND=SDPA"],
    ],
    [
      "paged attention on native",
      { ...onCpu({ ATTENTION_BACKEND: "SDPA" }), engine: "native" },
      large,
      "attention",
      ["properties.ATTENTION_BACKEND=PA"],
    ],
  ])("%s", (_, present, machine, topic, expected) => {
    expect(changesOf(present, machine, topic)).toEqual(expected);
  });

  test("all of it is what the registry takes", () => {
    for (const device of ["CPU", "GPU", "NPU"]) {
      const { candidates } = listCandidates({ device, engine: "batching", entry }, large);
      for (const { change } of candidates) expect(withChange({ m: entry }, "m", change).path).toBe("/m");
    }
  });
});

describe("what is not tried is said", () => {
  const reasons = (present: Present, machine: TuneMachine) =>
    Object.fromEntries(listCandidates(present, machine).untried.map(({ topic, why }) => [topic, why]));

  test("on a small CPU", () => {
    expect(reasons(onCpu(), plain)).toEqual({
      device: "OpenVINO sees no other device than CPU",
      threads: "it uses all 2 threads, which are too few to try fewer",
      cores: "all cores of this CPU are of one kind",
      attention: "the batching engine has only paged attention, and no native engine works here",
    });
  });

  test("on a GPU", () => {
    const { pinning, cores, threads } = reasons({ ...onCpu(), device: "GPU" }, large);
    expect([pinning, cores, threads]).toEqual(Array(3).fill("it runs on GPU"));
  });

  test("on the native engine", () => {
    const { chunk, speculation } = reasons({ ...onCpu(), engine: "native" }, plain);
    expect([chunk, speculation]).toEqual([
      "the native engine has no such parts",
      "only the batching engine guesses tokens",
    ]);
  });

  test("of weights that are not compressed", () => {
    const present = { ...onCpu(), entry: { ...entry, weight_format: "fp16" } };
    expect(reasons(present, plain).quantization).toBe("its weights are fp16, not compressed");
  });
});

test("a change is made as `models set` makes it", () => {
  const changed = withChange({ m: { ...entry, properties: { NUM_STREAMS: 1 } } }, "m", [
    "device=GPU",
    "properties.NUM_STREAMS=",
  ]);
  expect(changed).toEqual({ ...entry, device: "GPU" });
  expect(() => withChange({ m: entry }, "m", ["properties.NUM_STREAMS=x"])).toThrow("a whole number");
});

test("of changes of one key the later one counts", () => {
  const of = (change: string[]): Candidate["change"] => change;
  expect(joinChanges([of(["a=1", "b=2"]), of(["a=3"])])).toEqual(["a=3", "b=2"]);
});

test.each<[Record<string, unknown>, string[], string[]]>([
  [{}, ["prefill_chunk=1024"], ["prefill_chunk="]],
  [{ prefill_chunk: 16 }, ["prefill_chunk="], ["prefill_chunk=16"]],
  [{ device: "CPU" }, ["device=GPU"], ["device=CPU"]],
  [
    { properties: { KV_CACHE_PRECISION: "f16", ENABLE_CPU_PINNING: false } },
    ["properties.KV_CACHE_PRECISION=", "properties.ENABLE_CPU_PINNING=true"],
    ["properties.KV_CACHE_PRECISION=f16", "properties.ENABLE_CPU_PINNING=false"],
  ],
  [
    { speculation: { kind: "draft", model: "d" } },
    ["speculation="],
    ['speculation={"kind":"draft","model":"d"}'],
  ],
])("of %j, %j is taken back by %j", (fields, change, undo) => {
  const before: RegistryEntry = { ...entry, ...fields };
  expect(invertChange(before, change)).toEqual(undo);
  const models = { d: entry, m: withChange({ d: entry, m: before }, "m", change) };
  expect(withChange(models, "m", undo)).toEqual(before);
});
