import { expect, test } from "bun:test";
import { parseReference } from "../../src/convert/pull/reference.ts";
import { parseRepoName } from "../../src/hub/names.ts";
import {
  estimateNeeds,
  estimateSpeed,
  findConversionLack,
  findFit,
  findKnownModel,
  listKnownModels,
  recommendModel,
} from "../../src/library/known-models.ts";
import { isServed, toTaskName } from "../../src/models/tasks.ts";
import { toSlug } from "../../src/registry/names.ts";

const GB = 1024 ** 3;
const hub = { endpoint: "https://hub.invalid" };

test("each model has a short name of its own, a repository and a task that is served", () => {
  const models = listKnownModels();
  expect(new Set(models.map(({ name }) => name)).size).toBe(models.length);
  for (const { name, repo, task, parameters_billion } of models) {
    expect(toSlug(name)).toBe(name.replaceAll(".", "-"));
    expect([parseRepoName(repo) === null, isServed(task), parameters_billion > 0]).toEqual([
      false,
      true,
      true,
    ]);
  }
});

test("it has the models that the README recommends", async () => {
  const readme = await Bun.file(`${import.meta.dir}/../../README.md`).text();
  const named = [...readme.matchAll(/ov-llm (?:convert|pull) ([\w-]+\/[\w.-]+)/g)].map(([, repo]) => repo);
  const known = listKnownModels().map(({ repo }) => repo);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((repo) => repo !== undefined && !known.includes(repo))).toEqual([]);
});

test("needs grow with the parameters, and a larger format needs more", () => {
  const needs = estimateNeeds({ parameters_billion: 8 });
  expect(needs.int4).toBeLessThan(needs.int8);
  expect(needs.int8).toBeLessThan(needs.download);
  expect(needs.memoryInt4).toBeGreaterThan(needs.int4);
});

test.each<[string, ReturnType<typeof estimateSpeed>]>([
  ["qwen3-0.6b", { int8: "fast", int4: "fast" }],
  ["qwen3-4b", { int8: "pleasant", int4: "pleasant" }],
  ["qwen3-8b", { int8: "slow", int4: "pleasant" }],
  ["qwen3-14b", { int8: "slow", int4: "slow" }],
  ["qwen3-30b-a3b", { int8: "pleasant", int4: "pleasant" }],
  ["bge-m3", null],
])("the speed of %s is estimated from the weights that each token reads: %p", (name, expected) => {
  const model = findKnownModel(name);
  expect(model && estimateSpeed(model)).toEqual(expected ?? null);
});

test("each kind of model that is served is there, and each short name is one that pull takes", () => {
  const tasks = new Set(listKnownModels().map(({ task }) => toTaskName(task)));
  const served = ["text-generation", "image-text-to-text", "feature-extraction", "text-classification"];
  expect([...tasks].sort()).toEqual([...served, "automatic-speech-recognition", "text-ranking"].sort());
  for (const { name, repo, ready } of listKnownModels()) {
    expect(parseReference(name, hub)).toEqual({ repo, quant: null });
    expect(ready === null || /^OpenVINO\/.+-(int4|int8)-ov$/.test(ready)).toBe(true);
  }
});

test.each<[string, number, number, ReturnType<typeof findFit>]>([
  ["qwen3-8b", 32, 64, { format: "int8", by: "conversion" }],
  ["qwen3-8b", 10, 32, { format: "int4", by: "conversion" }],
  ["qwen3-8b", 4, 64, { format: null, lacks_memory_to: "serve" }],
  // The original fits, but not what its conversion takes.
  ["qwen3-8b", 24, 24, { format: "int4", by: "ready_made" }],
  ["llama-3.2-3b", 8, 8, { format: null, lacks_memory_to: "convert" }],
  // What is ready-made is int8, and only int4 could be served.
  ["qwen3-0.6b", 2.5, 3, { format: null, lacks_memory_to: "convert" }],
])("%s on %p GB, %p with swap: %p", (name, total, withSwap, fit) => {
  const model = findKnownModel(name.toUpperCase());
  if (model === undefined) throw new Error(`No ${name}`);
  expect(findFit(model, { total: total * GB, withSwap: withSwap * GB })).toEqual(fit);
});

test.each<[number, number, boolean, string | null]>([
  [32, 64, true, "qwen3-8b int8"],
  [10, 40, true, "qwen3-8b int4"],
  [16, 20, true, "qwen3-4b-2507 int8"],
  [64, 64, false, "qwen3-4b-2507 int8"],
  [4, 8, false, "qwen3-1.7b int4"],
  [1, 1, true, null],
])("on %p GB, %p with swap, a GPU %p: %p is recommended", (total, withSwap, hasGpu, expected) => {
  const best = recommendModel({ total: total * GB, withSwap: withSwap * GB }, hasGpu);
  expect(best && `${best.model.name} ${best.format}`).toBe(expected);
});

test("a model that a machine cannot convert is known by its repository, with the name by which it needs no conversion", () => {
  const memory = { total: 16 * GB, withSwap: 16 * GB };
  expect(findConversionLack("qwen/qwen3-8b", memory)).toEqual({
    name: "qwen3-8b",
    needed: expect.closeTo(31.5 * GB, -8.5),
    has: 16 * GB,
    ready: "OpenVINO/Qwen3-8B-int4-ov",
  });
  expect(findConversionLack("Qwen/Qwen3-30B-A3B-Instruct-2507", memory)).toMatchObject({ ready: null });
  expect(findConversionLack("Qwen/Qwen3-1.7B", memory)).toBeNull();
  expect(findConversionLack("OpenVINO/Qwen3-8B-int4-ov", memory)).toBeNull();
  expect(findConversionLack("someone/else", memory)).toBeNull();
});
