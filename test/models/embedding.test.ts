import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listEmbeddingFiles, readEmbedding, withWishes } from "../../src/models/embedding.ts";
import { toIr } from "../helpers/ir.ts";
import { createTempDir } from "../helpers/temp.ts";

function createFolder(files: Record<string, unknown>): string {
  const folder = createTempDir();
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content));
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
    "layers behind the pooling, in their order",
    {
      "modules.json": modules("Transformer", "Pooling", "Dense", "Normalize", "Dense", "Normalize"),
      "2_Dense/config.json": { bias: true },
      "2_Dense/model.safetensors": {},
      "4_Dense/config.json": {
        activation_function: "torch.nn.modules.linear.Identity",
        module_output_name: null,
      },
      "4_Dense/model.safetensors": {},
      "4_Dense/pytorch_model.bin": {},
    },
    {
      way: {
        pooling: "mean",
        layers: [
          { kind: "dense", weights: "2_Dense/model.safetensors", activation: "tanh" },
          { kind: "normalize" },
          { kind: "dense", weights: "4_Dense/model.safetensors", activation: "identity" },
        ],
        normalize: true,
      },
      problem: null,
    },
  ],
  ...(
    [
      ["without a config.json", {}, 'the config.json of its "2_Dense" is missing or invalid'],
      [
        "of an activation that is not torch's",
        { activation_function: "evil.Tanh" },
        'ov-llm does not compute the activation "evil.Tanh" of its "2_Dense"',
      ],
      [
        "of an activation that ov-llm lacks",
        { activation_function: "torch.nn.modules.activation.PReLU" },
        'ov-llm does not compute the activation "torch.nn.modules.activation.PReLU" of its "2_Dense"',
      ],
      [
        "of each token",
        { module_input_name: "token_embeddings" },
        'its "2_Dense" is more than a layer behind the pooling, which ov-llm does not compute',
      ],
      [
        "beside which the vector is passed on",
        { use_residual: true },
        'its "2_Dense" is more than a layer behind the pooling, which ov-llm does not compute',
      ],
      ["without weights", { bias: false }, 'its "2_Dense" has no model.safetensors'],
    ] as const
  ).map(([what, config, problem]): [string, Record<string, unknown>, object] => [
    `a layer ${what}`,
    {
      "modules.json": modules("Transformer", "Pooling", "Dense"),
      ...(Object.keys(config).length > 0 && { "2_Dense/config.json": config }),
    },
    { problem },
  ]),
  [
    "modules by the names that newer releases write",
    {
      "modules.json": [
        { type: "sentence_transformers.base.modules.transformer.Transformer", path: "" },
        { type: "sentence_transformers.sentence_transformer.modules.pooling.Pooling", path: "1_Pooling" },
        { type: "sentence_transformers.base.modules.dense.Dense", path: "2_Dense" },
        { type: "sentence_transformers.base.modules.normalize.Normalize", path: "3_Normalize" },
      ],
      "1_Pooling/config.json": { embedding_dimension: 64, pooling_mode: "cls" },
      "2_Dense/config.json": {},
      "2_Dense/model.safetensors": {},
    },
    { way: { pooling: "cls", layers: [{ kind: "dense" }], normalize: true }, problem: null },
  ],
  [
    "a network that makes the vector by all modules itself",
    {
      "openvino_model.xml": toIr(["input_ids"], { token_embeddings: 3, sentence_embedding: 2 }),
      "modules.json": modules("Transformer", "Pooling", "Dense", "LSTM", "Normalize"),
      "1_Pooling/config.json": { pooling_mode: "weightedmean" },
    },
    { way: { layers: [], normalize: true }, problem: null },
  ],
  [
    "a layer before the pooling",
    {
      "modules.json": modules("Transformer", "Dense", "Pooling"),
      "1_Dense/config.json": {},
      "1_Dense/model.safetensors": {},
    },
    { problem: 'its modules.json has a "Dense" before the pooling' },
  ],
  [
    "a layer out of the folder",
    { "modules.json": [...modules("Transformer", "Pooling"), { type: "x.Dense", path: "../2_Dense" }] },
    { problem: 'its modules.json has a "Dense" that the export lacks' },
  ],
  [
    "a module that the export lacks",
    { "modules.json": modules("Transformer", "Pooling", "LSTM") },
    { problem: 'its modules.json has a "LSTM" that the export lacks' },
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
  const facts = readEmbedding(createFolder({ "modules.json": modules("Transformer", "Pooling", "LSTM") }));
  expect(withWishes(facts, null)).toEqual(facts);
  expect(withWishes(facts, { pooling: "cls", query_prompt: "q: ", dimensions: [8] })).toMatchObject({
    way: { pooling: "cls", normalize: false },
    prompts: { query: "q: " },
    dimensions: [8],
    problem: null,
  });
});

test.each([
  ["torch.nn.modules.linear.Identity", "identity"],
  ["torch.nn.modules.activation.Tanh", "tanh"],
  ["torch.nn.modules.activation.ReLU", "relu"],
  ["torch.nn.modules.activation.GELU", "gelu"],
  ["torch.nn.modules.activation.Sigmoid", "sigmoid"],
  ["torch.nn.modules.activation.SiLU", "silu"],
  ["torch.nn.GELU", "gelu"],
])("a layer of the activation %s is computed as %s", (activation_function, activation) => {
  const folder = createFolder({
    "modules.json": modules("Transformer", "Pooling", "Dense"),
    "2_Dense/config.json": { activation_function },
    "2_Dense/model.safetensors": {},
  });
  expect(readEmbedding(folder)).toMatchObject({ way: { layers: [{ activation }] }, problem: null });
});

test("weights in torch's own form are only for the conversion", () => {
  const folder = createFolder({
    "modules.json": modules("Transformer", "Pooling", "Dense"),
    "2_Dense/config.json": { activation_function: "torch.nn.modules.activation.ReLU" },
    "2_Dense/pytorch_model.bin": {},
  });
  expect(readEmbedding(folder).problem).toBe('its "2_Dense" has no model.safetensors');
  expect(readEmbedding(folder, { pickled: true })).toMatchObject({
    way: { layers: [{ kind: "dense", weights: "2_Dense/pytorch_model.bin", activation: "relu" }] },
    problem: null,
  });
});

test("the files that belong to it are listed; a path out of the folder is none", () => {
  const folder = createFolder({
    "modules.json": [...modules("Transformer", "Pooling", "Dense"), { type: "x", path: "../out" }],
    "1_Pooling/config.json": {},
    "1_Pooling/model.safetensors": {},
    "2_Dense/config.json": {},
    "2_Dense/model.safetensors": {},
    "2_Dense/pytorch_model.bin": {},
    "config.json": {},
    "README.md": "",
  });
  expect(listEmbeddingFiles(folder)).toEqual([
    "modules.json",
    "1_Pooling/config.json",
    "2_Dense/config.json",
    "2_Dense/model.safetensors",
  ]);
});
