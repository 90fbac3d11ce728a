import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { addModelAt } from "../../src/library/add.ts";
import { renderUnserved } from "../../src/models/tasks.ts";
import { makeGguf } from "../convert/fake-models.ts";
import { languageModelIr, unservedFiles } from "../helpers/ir.ts";
import { createModelHome } from "../helpers/model-home.ts";
import { createTempDir } from "../helpers/temp.ts";

const generation = "text-generation-with-past";
const plain = { name: undefined, quant: null, aliases: [] };

describe("what is registered of a folder", () => {
  test("comes from its conversion.json", async () => {
    const { makeConverted, read, registryPath } = createModelHome();
    const path = makeConverted("my-name", { weight_format: "int4" });
    const entry = { path, task: generation, weight_format: "int4" };
    expect(await addModelAt(registryPath, { ...plain, path })).toEqual({
      name: "my-name",
      wanted: "my-name",
      added: true,
      entry,
    });
    expect(read()).toEqual({ "my-name": entry });
  });

  test("without it, from the names of its folders", async () => {
    const { makeModel, read, registryPath } = createModelHome();
    const path = makeModel("Qwen2.5 3B/task-text2text__wf-fp16");
    await addModelAt(registryPath, { ...plain, path });
    expect(read()).toEqual({ "qwen2-5-3b": { path, task: "text2text", weight_format: "fp16" } });
  });

  test("without those, from OpenVINO's and the model's own configuration", async () => {
    const { makeModel, read, registryPath } = createModelHome();
    const path = makeModel("Phi-4-mini-ov", {
      "openvino_config.json": `{"dtype":"int4","quantization_config":{"bits":4}}`,
      "config.json": `{"architectures":["Phi3ForCausalLM"]}`,
    });
    await addModelAt(registryPath, { ...plain, path });
    expect(read()).toEqual({ "phi-4-mini-ov": { path, task: generation, weight_format: "int4" } });
  });

  test("without any, from its network", async () => {
    const { makeModel, read, registryPath } = createModelHome();
    const path = makeModel("m", { "openvino_model.xml": languageModelIr });
    await addModelAt(registryPath, { ...plain, path });
    expect(read()).toEqual({ m: { path, task: generation, weight_format: "unknown" } });
  });

  test("is unknown where all are missing or broken", async () => {
    const { makeModel, read, registryPath } = createModelHome();
    const broken = { "conversion.json": "{", "openvino_config.json": "[]", "config.json": "null" };
    const [path, other] = [makeModel("plain"), makeModel("broken", broken)];
    await addModelAt(registryPath, { ...plain, path });
    await addModelAt(registryPath, { ...plain, path: other });
    const unknown = { task: "unknown", weight_format: "unknown" };
    expect(read()).toEqual({ plain: { path, ...unknown }, broken: { path: other, ...unknown } });
  });
});

describe("a model whose task is not served is refused before anything is written", () => {
  test.each([
    ["a model for gaps", unservedFiles, "fill-mask"],
    ["one of several networks", { "model_index.json": "{}" }, "text-to-image"],
  ])("%s", async (_name, files, task) => {
    const { makeModel, registryPath } = createModelHome();
    const path = makeModel("m", files);
    await expect(addModelAt(registryPath, { ...plain, path })).rejects.toMatchObject({
      code: "task_unsupported",
      facts: {
        what: `Cannot add "${path}"`,
        why: renderUnserved(task),
      },
    });
    expect(existsSync(registryPath)).toBe(false);
  });

  test("one that its conversion.json states", async () => {
    const { makeConverted, registryPath } = createModelHome();
    const path = makeConverted("m", { task: "text-to-audio" });
    const added = addModelAt(registryPath, { ...plain, path });
    await expect(added).rejects.toMatchObject({ code: "task_unsupported" });
  });
});

test("of a folder with several .gguf files the one in the asked format is registered", async () => {
  const folder = createTempDir();
  const registryPath = join(folder, "registry.json");
  for (const quant of ["Q4_0", "Q8_0"]) makeGguf(join(folder, `m-${quant}.gguf`), "llama", [8]);
  await expect(addModelAt(registryPath, { ...plain, path: folder })).rejects.toMatchObject({
    facts: { why: "it holds several .gguf models: m-Q4_0.gguf, m-Q8_0.gguf" },
  });
  const added = await addModelAt(registryPath, { ...plain, path: folder, quant: "q8_0" });
  expect(added.entry).toMatchObject({ path: join(folder, "m-Q8_0.gguf"), weight_format: "q8_0" });
});
