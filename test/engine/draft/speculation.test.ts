import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { planSpeculation } from "../../../src/engine/draft/speculation.ts";
import type { SpeculationWish } from "../../../src/engine/model/target.ts";
import { createTempDir } from "../../helpers/temp.ts";

const home = createTempDir();
const folders = { modelCacheDir: join(home, "cache") };
const folder = makeFolder("draft");
const file = join(home, "draft.gguf");
writeFileSync(file, "GGUF");

function makeFolder(name: string): string {
  const path = join(home, name);
  mkdirSync(path);
  for (const part of ["openvino_tokenizer.xml", "openvino_detokenizer.xml", "openvino_model.xml"]) {
    writeFileSync(join(path, part), "<xml/>");
  }
  writeFileSync(join(path, "openvino_model.bin"), "x");
  return path;
}

const plan = (speculation: SpeculationWish | null, { task = "text-generation", engine = "batching" } = {}) =>
  planSpeculation(folders, { name: "m", path: join(home, "m"), task, speculation }, engine);
const draft = (path: string): SpeculationWish => ({
  kind: "draft",
  model: "small",
  draft: { path, files: "stamp" },
});
const lookup: SpeculationWish = { kind: "prompt-lookup" };

describe("a model is loaded", () => {
  test("without speculation where its entry has none", async () => {
    expect(await plan(null)).toEqual({ speculation: null, problem: null });
  });

  test("with prompt lookup, whose numbers may be set", async () => {
    const usual = { kind: "prompt-lookup", num_assistant_tokens: 5, max_ngram_size: 3 };
    expect(await plan(lookup)).toMatchObject({ speculation: usual, problem: null });
    const wish: SpeculationWish = { kind: "prompt-lookup", num_assistant_tokens: 2, max_ngram_size: 4 };
    expect((await plan(wish)).speculation).toEqual({ ...usual, ...wish });
  });

  test("with a draft in OpenVINO's form", async () => {
    const { speculation, problem } = await plan(draft(folder));
    expect(speculation).toEqual({ kind: "draft", path: folder, num_assistant_tokens: 5 });
    expect(problem).toBeNull();
  });
});

describe("a model is served without speculation, and the reason is stated", () => {
  test.each([
    ["on the native engine", lookup, { engine: "native" }, "the native engine has none"],
    ["where it takes images", lookup, { task: "image-text-to-text" }, "only models that take text alone"],
    ["where it writes no text", lookup, { task: "feature-extraction" }, "only models that take text alone"],
    ["where its draft is not registered", { ...draft(folder), draft: null }, {}, '"small" is not registered'],
    ["where its draft is itself", draft(join(home, "m")), {}, "it is the model itself"],
    ["where its draft is a .gguf file without a copy", draft(file), {}, "a .gguf file guesses only once"],
    ["where its draft has no files", draft(join(home, "none")), {}, '"small" cannot be used'],
  ] as const)("%s", async (_where, wish, other, why) => {
    const { speculation, problem } = await plan(wish, other);
    expect(speculation).toBeNull();
    expect(problem).toStartWith('Model "m" is served without speculation: ');
    expect(problem).toContain(why);
  });
});
