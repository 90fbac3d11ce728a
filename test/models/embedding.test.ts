import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listEmbeddingFiles, readEmbedding, withWishes } from "../../src/models/embedding.ts";
import { createTempDir } from "../helpers/temp.ts";

function createFolder(files: Record<string, unknown>): string {
  const folder = createTempDir();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
  return folder;
}

const modules = (...types: string[]) =>
  types.map((type, at) => ({
    type: `sentence_transformers.models.${type}`,
    path: at === 0 ? "" : `${at}_${type}`,
  }));

test.each<[string, Record<string, unknown>, object]>([
  [
    "no files",
    {},
    { way: { pooling: "mean", normalize: true }, maxTokens: null, dimensions: null, problem: null },
  ],
  [
    "modules that do not normalize",
    {
      "modules.json": modules("Transformer", "Pooling"),
      "1_Pooling/config.json": { pooling_mode_cls_token: true },
    },
    { way: { pooling: "cls", normalize: false } },
  ],
  [
    "the last token",
    {
      "modules.json": modules("Transformer", "Pooling", "Normalize"),
      "1_Pooling/config.json": { pooling_mode_lasttoken: true, pooling_mode_mean_tokens: false },
    },
    { way: { pooling: "lasttoken", normalize: true } },
  ],
  [
    "a way by its name, as newer releases write it",
    { "1_Pooling/config.json": { pooling_mode: "max" } },
    { way: { pooling: "max" } },
  ],
  [
    "two ways at once",
    { "1_Pooling/config.json": { pooling_mode_cls_token: true, pooling_mode_mean_tokens: true } },
    { problem: "ov-llm does not compute its pooling (cls with mean)" },
  ],
  [
    "a pooling without the prompt",
    { "1_Pooling/config.json": { pooling_mode_mean_tokens: true, include_prompt: false } },
    { way: { pooling: "mean" }, problem: expect.stringContaining("include_prompt") },
  ],
  [
    "one of a single token, which no prompt changes",
    { "1_Pooling/config.json": { pooling_mode: "cls", include_prompt: false } },
    { way: { pooling: "cls" }, problem: null },
  ],
  [
    "a module that the export lacks",
    { "modules.json": modules("Transformer", "Pooling", "Dense") },
    { problem: 'its modules.json has a "Dense" that the export lacks' },
  ],
  [
    "prompts, lengths and the longest text",
    {
      "sentence_bert_config.json": { max_seq_length: 256, do_lower_case: true },
      "config_sentence_transformers.json": {
        prompts: { query: "q: ", document: "" },
        default_prompt_name: "query",
      },
      "config.json": { matryoshka_dimensions: [64, 128] },
    },
    {
      maxTokens: 256,
      lowerCase: true,
      prompts: { query: "q: ", document: "" },
      defaultPrompt: "q: ",
      dimensions: [64, 128],
    },
  ],
  ["any length", { "config.json": { is_matryoshka: true } }, { dimensions: "any" }],
  [
    "files that are damaged",
    { "modules.json": 5, "sentence_bert_config.json": [] },
    { problem: null, maxTokens: null },
  ],
])("how embeddings are made, by %s", (_what, files, facts) => {
  expect(readEmbedding(createFolder(files))).toMatchObject(facts);
});

test("an entry's wishes win over the files, and a named pooling over what they lack", () => {
  const facts = readEmbedding(createFolder({ "modules.json": modules("Transformer", "Pooling", "Dense") }));
  expect(withWishes(facts, null)).toEqual(facts);
  expect(withWishes(facts, { pooling: "cls", query_prompt: "q: ", dimensions: [8] })).toMatchObject({
    way: { pooling: "cls", normalize: false },
    prompts: { query: "q: " },
    dimensions: [8],
    problem: null,
  });
});

test("the files that belong to it are listed; a path out of the folder is none", () => {
  const folder = createFolder({
    "modules.json": [...modules("Transformer", "Pooling"), { type: "x", path: "../out" }],
    "1_Pooling/config.json": {},
    "config.json": {},
    "README.md": "",
  });
  expect(listEmbeddingFiles(folder)).toEqual(["modules.json", "1_Pooling/config.json"]);
});
