import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createRegistry } from "../../src/registry/registry.ts";
import { createCatalog } from "../../src/serving/catalog.ts";
import { createTempDir } from "../helpers/temp.ts";

function createFor(
  models: Record<string, object>,
  modelPath: string | null = null,
  defaultModel: string | null = null,
) {
  const path = join(createTempDir(), "registry.json");
  writeFileSync(path, JSON.stringify({ version: 1, models }));
  const registry = createRegistry({ path });
  return createCatalog({ registry, modelPath, defaultModel, device: "CPU", engine: "auto" });
}

const entry = (task: string) => ({ path: `/${task}`, task, weight_format: "int8" });
const text = entry("text-generation-with-past");

describe("a request that uses a model", () => {
  const catalog = createFor({
    text,
    own: entry("my-own"),
    mask: { ...entry("fill-mask"), aliases: ["m"] },
  });

  test.each(["text", "own"])("gets %s, whose task is served or not known", (name) => {
    expect(catalog.resolveServed(name, "generate").name).toBe(name);
    expect(catalog.resolveServed(name).name).toBe(name);
  });

  test.each([
    ["mask", "generate"],
    ["m", "generate"],
    ["mask", undefined],
  ] as const)("%p for %p is refused: its task is not served", (name, operation) => {
    expect(() => catalog.resolveServed(name, operation)).toThrow(
      expect.objectContaining({
        code: "task_unsupported",
        status: 400,
        param: "model",
        message: expect.stringMatching(
          /^Cannot use model "mask": the task "fill-mask" \(words for gaps\) is not/,
        ),
      }),
    );
  });

  test("gets no operation that its task does not offer", () => {
    expect(() => catalog.resolveServed("text", "embed")).toThrow(
      expect.objectContaining({
        code: "task_unsupported",
        message:
          'Cannot use model "text": its task "text-generation-with-past" does not offer the operation "embed". No registered model does: "ov-llm catalog" lists some, with their tasks.',
      }),
    );
    const more = createFor({ text, one: entry("feature-extraction"), two: entry("feature-extraction") });
    expect(() => more.resolveServed("text", "embed")).toThrow(/Use one that does: "one", "two"\.$/);
  });
});

test("all are listed and shown, whatever their task", () => {
  const catalog = createFor({ text, embed: entry("feature-extraction") });
  expect(catalog.list().map(({ name }) => name)).toEqual(["text", "embed"]);
  expect(catalog.resolve("embed").entry.task).toBe("feature-extraction");
});

test.each([
  [
    undefined,
    "model_required",
    `The request names no model, and neither OV_DEFAULT_MODEL nor OV_MODEL_PATH is set: send "model"; there is "text".`,
  ],
  [
    "nobody",
    "model_not_found",
    `Cannot find model "nobody": there is "text". List them with GET /v1/models or "ov-llm models".`,
  ],
])("the request for %p is refused with what there is", (asked, code, message) => {
  expect(() => createFor({ text }).resolve(asked)).toThrow(
    expect.objectContaining({ code, message, param: "model" }),
  );
});

test("a request means the model's defaults, and those of the preset that it names before them", () => {
  const presets = { "text:wild": { temperature: 1.5 }, constructor: {} };
  const catalog = createFor({
    text: { ...text, aliases: ["t"], defaults: { temperature: 0.2, top_p: 0.9 }, presets },
    plain: text,
  });
  for (const name of ["text", "t"]) {
    expect(catalog.resolve(name).defaults).toEqual({ temperature: 0.2, top_p: 0.9 });
  }
  expect(catalog.resolve("text:wild")).toMatchObject({
    name: "text",
    defaults: { temperature: 1.5, top_p: 0.9 },
  });
  expect(catalog.resolve("plain").defaults).toBeUndefined();
});

test("a model's target is that of its entry now; of a removed model, that of its entry before", () => {
  const path = join(createTempDir(), "registry.json");
  const write = (models: object) => writeFileSync(path, JSON.stringify({ version: 1, models }));
  write({ text });
  const registry = createRegistry({ path });
  const catalog = createCatalog({ registry, modelPath: null, device: "CPU", engine: "auto" });
  const asked = catalog.resolve("text");
  write({ text: { ...text, device: "GPU" } });
  expect(catalog.toTarget(asked).device).toBe("GPU");
  write({});
  expect(catalog.toTarget(asked)).toMatchObject({ device: "CPU", path: text.path });
});

test("a draft is part of what a model depends on: its path, its files, and whether it is registered", () => {
  const speculation = { kind: "draft", model: "small" };
  const target = (models: Record<string, object>) => {
    const catalog = createFor({ text: { ...text, speculation }, ...models });
    return catalog.toTarget(catalog.resolve("text")).speculation;
  };
  expect(target({})).toMatchObject({ draft: null });
  expect(target({ small: { ...text, path: "/s" } })).toMatchObject({ draft: { path: "/s" } });
});

test("OV_DEFAULT_MODEL answers a request that names no model, by a name, an alias or a preset", () => {
  const models = { text: { ...text, aliases: ["t"], presets: { "text:wild": { temperature: 1.5 } } } };
  const of = (defaultModel: string | null) => createFor(models, "/models/other.gguf", defaultModel);
  expect(["text", "t", "text:wild"].map((name) => of(name).resolve(undefined).name)).toEqual([
    "text",
    "text",
    "text",
  ]);
  expect(of("text:wild").resolve("").defaults).toEqual({ temperature: 1.5 });
  expect([of("t").defaultProblem(), of(null).defaultProblem()]).toEqual([null, null]);
  expect(of("gone").defaultProblem()).toStartWith(
    'OV_DEFAULT_MODEL names "gone", which is not registered: there are "text"',
  );
  expect(() => of("gone").resolve(null)).toThrow(
    'OV_DEFAULT_MODEL names "gone", which is not registered: send "model"',
  );
});

test("OV_MODEL_PATH answers a request that names no model", () => {
  const catalog = createFor({ text }, "/models/My Model.gguf");
  expect(catalog.resolve(undefined).name).toBe("my-model");
  expect(createFor({ text }, text.path).resolve(null).name).toBe("text");
});

test("a request for a model whose entry is broken gets what is wrong with it", () => {
  const catalog = createFor({ odd: { ...text, speculation: { kind: "magic" } } });
  expect(() => catalog.resolve("odd")).toThrow(/"odd".*its entry in the registry is not valid.*speculation/);
  expect(() => catalog.resolve("other")).toThrow("no entry of the registry can be used");
});
