import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ScanOptions, scanSources } from "../../../src/convert/source/scan.ts";
import { createTempDir } from "../../helpers/temp.ts";
import { makeGguf, makeModel, makeOpenVino, plainConfig, toSafetensors } from "../fake-models.ts";

const task = "text-generation-with-past";

function scan(modelSrc: string, extra: Partial<ScanOptions> = {}) {
  return scanSources({
    modelSrc,
    modelOg: join(modelSrc, "og_models"),
    modelOut: join(modelSrc, "out"),
    task,
    manifests: [],
    registered: new Map(),
    again: () => false,
    ...extra,
  });
}

const index = JSON.stringify({
  weight_map: { a: "model-1-of-2.safetensors", b: "model-2-of-2.safetensors" },
});
const config = (extra: object) => JSON.stringify({ ...plainConfig, ...extra });

const skips: [what: string, files: Record<string, string | Buffer | null>, reason: string][] = [
  ["no config.json", { "config.json": null }, "it has no config.json, so it is not a Hugging Face model"],
  ["a broken config.json", { "config.json": "{" }, "its config.json is invalid"],
  ["no weights", { "model.safetensors": null }, "it has no weights (.safetensors, .bin)"],
  ["no tokenizer", { "tokenizer.json": null }, "it has no tokenizer: fetch it completely"],
  ["empty weights", { "model.safetensors": "" }, "incomplete download: model.safetensors is empty"],
  [
    "weights truncated",
    { "model.safetensors": toSafetensors([16, 16]).subarray(0, -1) },
    "incomplete download: model.safetensors has ",
  ],
  [
    "garbage as weights",
    { "model.safetensors": "garbage!!" },
    "damaged or incomplete download: model.safetensors",
  ],
  [
    "an unfinished file",
    { "x.safetensors.incomplete": "x" },
    "incomplete download: x.safetensors.incomplete",
  ],
  [
    "unfinished files of the hub's client",
    { ".cache/huggingface/download/x.incomplete": "x" },
    "incomplete download: .cache/huggingface/download holds unfinished files",
  ],
  [
    "a missing shard",
    { "model.safetensors.index.json": index, "model-1-of-2.safetensors": toSafetensors([2]) },
    "incomplete download: model-2-of-2.safetensors missing",
  ],
  [
    "a tensor of the index that its shard lacks",
    {
      "model.safetensors.index.json": index,
      "model-1-of-2.safetensors": toSafetensors([2], ["a"]),
      "model-2-of-2.safetensors": toSafetensors([2], ["c"]),
    },
    "damaged download: model-2-of-2.safetensors lacks b, which the index lists for it",
  ],
  [
    "layers missing",
    {
      "config.json": config({ num_hidden_layers: 3 }),
      "model.safetensors": toSafetensors([2], ["model.embed_tokens.weight", "model.layers.1.up.weight"]),
    },
    "incomplete weights: layers 0, 2 of its 3 are missing: fetch it again",
  ],
  [
    "layers beyond number",
    {
      "config.json": config({ num_hidden_layers: 1e12 }),
      "model.safetensors": toSafetensors([2], ["model.layers.1.up.weight"]),
    },
    "its config.json is invalid",
  ],
  [
    "an encoder that fills gaps",
    { "config.json": config({ architectures: ["BertForMaskedLM"] }) },
    'the task "fill-mask" (words for gaps) is not served yet; only text-generation, ',
  ],
  [
    "a model that is quantized already",
    { "config.json": config({ quantization_config: { quant_method: "bitsandbytes" } }) },
    "its weights are quantized already (bitsandbytes)",
  ],
  [
    "an architecture that the exporter does not know",
    { "config.json": config({ model_type: "rwkv7" }) },
    'unsupported architecture: the exporter does not know the architecture "rwkv7"',
  ],
  ...(
    [
      ["gptq", "GPTQ"],
      ["awq", "AWQ"],
      ["exl2", "EXL2"],
      ["auto-round", "AutoRound"],
      ["fp8", "fp8"],
    ] as const
  ).map(([method, name]): (typeof skips)[number] => [
    `weights in ${method}`,
    { "config.json": config({ quantization_config: { quant_method: method } }) },
    `its weights are quantized already (${name}), which the exporter cannot read: fetch the original model`,
  ]),
  [
    "weights of MLX",
    { "config.json": config({ quantization: { group_size: 64, bits: 4 } }) },
    "quantized already (MLX), which the exporter cannot read: fetch the original model, or a .gguf file",
  ],
  [
    "an adapter that has its base's config.json",
    {
      "adapter_config.json": "{}",
      "model.safetensors": null,
      "adapter_model.safetensors": toSafetensors([2]),
    },
    "an adapter (LoRA), not a full model: merge it into its base model first",
  ],
  [
    "its maker's own weights alone",
    {
      "config.json": null,
      "model.safetensors": null,
      "original/consolidated.00.pth": "x",
      "params.json": "{}",
    },
    "it holds the weights in their maker's own form",
  ],
  ["an adapter", { "config.json": null, "adapter_config.json": "{}" }, "an adapter (LoRA), not a full model"],
  [
    "an image model",
    { "config.json": null, "model_index.json": "{}" },
    "unsupported architecture: a model that",
  ],
  [
    "an OpenVINO model without tokenizer files of any form",
    { "openvino_model.xml": "x", "openvino_model.bin": "x", "tokenizer.json": null },
    "it has no openvino_tokenizer.xml and no openvino_detokenizer.xml, and no tokenizer.json to make them of",
  ],
  [
    "half an OpenVINO model",
    { "openvino_model.xml": "x" },
    "it is an incomplete export without openvino_model.bin",
  ],
];

describe("scanSources", () => {
  test("finds a folder, with what its files say of it", async () => {
    const src = createTempDir();
    const path = makeModel(join(src, "A Model"), {
      "model.safetensors": null,
      "model.safetensors.index.json": index,
      "model-1-of-2.safetensors": toSafetensors([4, 4], ["a"]),
      "model-2-of-2.safetensors": toSafetensors([8], ["b"]),
      "config.json": config({ intermediate_size: 96, auto_map: { AutoModel: "m.M" } }),
    });
    const { found, skipped } = await scan(src);
    expect(skipped).toEqual([]);
    expect(found).toEqual([
      {
        kind: "export",
        folder: "A Model",
        label: "A Model",
        transformers: null,
        path,
        task,
        exportTask: task,
        bytes: expect.any(Number),
        parameters: 24,
        widths: [128, 96],
        code: ["m.py"],
        isLink: false,
      },
    ]);
  });

  test.each(skips)("skips a folder with %s", async (_, files, reason) => {
    const src = createTempDir();
    makeModel(join(src, "m"), files);
    const { found, skipped } = await scan(src);
    expect(found).toEqual([]);
    expect(skipped).toEqual([{ folder: "m", path: join(src, "m"), reason: expect.stringContaining(reason) }]);
  });

  test("finds OpenVINO folders and .gguf files, which need no export", async () => {
    const src = createTempDir();
    makeOpenVino(join(src, "Phi-4-mini-int4-ov"));
    makeGguf(join(src, "Qwen3-4B-Q4_K_M.gguf"), "qwen3");
    writeFileSync(join(src, "notes.txt"), "mine");
    expect((await scan(src)).found).toMatchObject([
      { kind: "openvino", folder: "Phi-4-mini-int4-ov", weightFormat: "int4" },
      { kind: "gguf", folder: "Qwen3-4B-Q4_K_M.gguf", weightFormat: "q4_k_m" },
    ]);
    expect((await scan(src)).skipped).toEqual([]);
  });

  test.each([
    ["Phi-int8-ov", "{}", "int8"],
    ["plain", `{"dtype":"fp16"}`, "fp16"],
    ["plain", `{"dtype":"","quantization_config":{"bits":4}}`, "int4"],
    ["plain", `{"dtype":""}`, "unknown"],
    ["plain", "no json", "unknown"],
  ])(
    "the weight format of an OpenVINO folder %s with %s is %s",
    async (folder, openvinoConfig, weightFormat) => {
      const src = createTempDir();
      writeFileSync(join(makeOpenVino(join(src, folder)), "openvino_config.json"), openvinoConfig);
      expect((await scan(src)).found).toMatchObject([{ weightFormat }]);
    },
  );

  test("leaves out og_models, the output, and hidden folders", async () => {
    const src = createTempDir();
    for (const name of ["og_models", "out", ".hidden"]) makeModel(join(src, name));
    expect(await scan(src)).toEqual({ found: [], skipped: [] });
  });

  test("says what is registered or converted already, unless it shall be again", async () => {
    const src = createTempDir();
    const [registered, converted] = [makeOpenVino(join(src, "a")), makeModel(join(src, "b"))];
    const manifest = {
      name: "bee",
      source_path: converted,
      original_path: converted,
      converted_path: "/x",
      task,
      weight_format: "int8",
      converted_at: "now",
    };
    const known = { manifests: [manifest], registered: new Map([[registered, "ay"]]) };
    expect((await scan(src, known)).skipped.map(({ reason }) => reason)).toEqual([
      'already registered as "ay"',
      'already converted to int8 as "bee" (--overwrite converts it again)',
    ]);
    expect((await scan(src, { ...known, again: () => true })).found).toMatchObject([{ folder: "b" }]);
  });

  test("a raw folder that somebody registered can be converted", async () => {
    const src = createTempDir();
    const path = makeModel(join(src, "m"));
    expect((await scan(src, { registered: new Map([[path, "m"]]) })).found).toMatchObject([{ folder: "m" }]);
  });

  test.each([
    [{ architectures: ["SpeechT5ForTextToSpeech"] }, "text-to-audio"],
    [{ architectures: ["T5ForConditionalGeneration"] }, "text2text-generation-with-past"],
    [{ architectures: ["NewForMaskedLM"], auto_map: {} }, "fill-mask"],
  ])("a folder with %j is refused, as nothing serves %s", async (own, name) => {
    const src = createTempDir();
    makeModel(join(src, "m"), { "config.json": config(own), "tokenizer.json": null });
    expect(await scan(src)).toMatchObject({
      found: [],
      skipped: [{ reason: expect.stringMatching(new RegExp(`^the task "${name}" .* is not served yet`)) }],
    });
  });

  const rerank = { "config.json": config({ architectures: ["Qwen3ForCausalLM"], model_type: "qwen3" }) };
  test.each<[string, string, Record<string, string>, string, string]>([
    [
      "an encoder",
      "m",
      { "config.json": config({ architectures: ["BertModel"] }) },
      "feature-extraction",
      "",
    ],
    [
      "a cross-encoder",
      "m",
      { "config.json": config({ architectures: ["XLMRobertaForSequenceClassification"] }) },
      "text-classification",
      "",
    ],
    [
      "a model that transcribes",
      "m",
      { "config.json": config({ architectures: ["WhisperForConditionalGeneration"] }) },
      "automatic-speech-recognition-with-past",
      "",
    ],
    [
      "a language model that sentence-transformers made one of embeddings",
      "m",
      { "modules.json": "[]" },
      "feature-extraction",
      "",
    ],
    ["a language model that ranks", "Qwen3-Reranker-0.6B", rerank, "text-ranking", task],
    ["any other language model", "Qwen3-0.6B", rerank, task, ""],
  ])(
    "%s is converted for its own task, unless another one is asked for",
    async (_what, name, files, own, exportTask) => {
      const src = createTempDir();
      makeModel(join(src, name), files);
      expect((await scan(src, { task: null })).found).toMatchObject([
        { task: own, exportTask: exportTask || own },
      ]);
      expect((await scan(src, { task: "text-to-audio" })).found).toEqual([]);
    },
  );

  test("embeddings by a module that the export lacks are refused before it", async () => {
    const src = createTempDir();
    makeModel(join(src, "m"), {
      "modules.json": JSON.stringify([{ type: "sentence_transformers.models.LSTM", path: "2_LSTM" }]),
    });
    const { found, skipped } = await scan(src, { task: "feature-extraction" });
    expect(found).toEqual([]);
    expect(skipped[0]?.reason).toBe(
      'its embeddings cannot be made: its modules.json has a "LSTM" that the export lacks',
    );
  });

  test("a model whose network lies in a folder of its own is refused whole, by that folder", async () => {
    const src = createTempDir();
    const path = join(src, "m");
    makeModel(join(path, "0_Transformer"));
    const modules = [
      { type: "sentence_transformers.models.Transformer", path: "0_Transformer" },
      { type: "sentence_transformers.models.Pooling", path: "1_Pooling" },
    ];
    writeFileSync(join(path, "modules.json"), JSON.stringify(modules));
    const { found, skipped } = await scan(src, { task: null });
    expect(found).toEqual([]);
    expect(skipped).toMatchObject([
      {
        folder: "m",
        reason:
          'its network lies in its "0_Transformer": move the files of that folder up, beside modules.json',
      },
    ]);
  });

  test("what was asked for wins where the exporter can do it", async () => {
    const src = createTempDir();
    makeModel(join(src, "m"));
    expect((await scan(src, { task: "feature-extraction" })).found).toMatchObject([
      { task: "feature-extraction" },
    ]);
  });

  test("an OpenVINO folder whose task nothing serves is refused", async () => {
    const src = createTempDir();
    const path = makeOpenVino(join(src, "m"));
    writeFileSync(join(path, "config.json"), config({ architectures: ["BertForMaskedLM"] }));
    expect((await scan(src)).skipped).toMatchObject([{ reason: expect.stringContaining("fill-mask") }]);
  });

  test("finds a model in the hub's cache by its snapshot, which stays there", async () => {
    const src = createTempDir();
    const cached = join(src, "models--Qwen--Qwen3-8B");
    for (const commit of ["old", "new"]) makeModel(join(cached, "snapshots", commit));
    mkdirSync(join(cached, "blobs"));
    renameSync(join(cached, "snapshots/old/config.json"), join(cached, "blobs/1"));
    symlinkSync("../../blobs/1", join(cached, "snapshots/old/config.json"));
    mkdirSync(join(cached, "refs"));
    writeFileSync(join(cached, "refs/main"), "old");
    mkdirSync(join(src, "models--Qwen--cut/snapshots"), { recursive: true });
    const { found, skipped } = await scan(src);
    expect(found).toMatchObject([
      {
        folder: "models--Qwen--Qwen3-8B",
        label: "Qwen3-8B",
        path: join(cached, "snapshots/old"),
        isLink: true,
      },
    ]);
    expect(skipped).toMatchObject([{ folder: "models--Qwen--cut" }]);
  });

  test("finds models one folder deeper, and weights in mxfp4 beside their original form", async () => {
    const src = createTempDir();
    const mxfp4 = { quantization_config: { quant_method: "mxfp4" } };
    makeModel(join(src, "openai/gpt-oss-20b"), {
      "config.json": config(mxfp4),
      "original/config.json": "{}",
    });
    makeModel(join(src, "openai/other"), { "config.json": null, "pytorch_model.bin": "x" });
    const { found, skipped } = await scan(src);
    expect(found).toMatchObject([{ folder: "openai/gpt-oss-20b", label: "gpt-oss-20b" }]);
    expect(skipped).toMatchObject([
      { folder: "openai/other", reason: expect.stringContaining("no config.json") },
    ]);
  });

  test("a split .gguf is one model by its first part, and an encoder for images is none", async () => {
    const src = createTempDir();
    for (const number of [1, 2]) makeGguf(join(src, `Big-Q8_0-0000${number}-of-00002.gguf`), "llama", [8]);
    makeGguf(join(src, "mmproj-Big-F16.gguf"), "clip");
    makeGguf(join(src, "Lost-00002-of-00002.gguf"), "llama");
    makeGguf(join(src, "Half-00001-of-00002.gguf"), "llama");
    const { found, skipped } = await scan(src);
    expect(found).toMatchObject([{ folder: "Big-Q8_0-00001-of-00002.gguf", weightFormat: "q8_0" }]);
    expect(skipped).toMatchObject([
      { folder: "Half-00001-of-00002.gguf", reason: "this part of the model is missing: fetch it too" },
      {
        folder: "Lost-00002-of-00002.gguf",
        reason: expect.stringContaining("it is part 2 of a split model"),
      },
    ]);
  });

  test.each([
    [
      "phi3",
      [2],
      /no \.gguf files of the architecture "phi3", only of llama, qwen2, qwen3: fetch its original/,
    ],
    ["llama", [0, 12, 13, 30], /cannot read its weights in Q5_K and BF16: fetch it as Q4_K_M, .* or F16$/],
    ["qwen3", [99], /cannot read its weights in type 99/],
  ])(
    "a .gguf file of %s with tensors of the types %p is refused before it is loaded",
    async (architecture, types, reason) => {
      const src = createTempDir();
      makeGguf(join(src, "m.gguf"), architecture, types);
      expect((await scan(src)).skipped).toMatchObject([{ reason: expect.stringMatching(reason) }]);
    },
  );

  test("a folder with one .gguf is that file, with a config.json too; with several it asks which", async () => {
    const src = createTempDir();
    for (const name of ["one", "two"]) mkdirSync(join(src, name));
    writeFileSync(join(src, "one/config.json"), "{}");
    const path = makeGguf(join(src, "one/m-Q8_0.gguf"), "llama", [8]);
    for (const quant of ["Q8_0", "Q4_0"]) makeGguf(join(src, `two/m-${quant}.gguf`), "llama", [8]);
    const { found, skipped } = await scan(src);
    expect(found).toMatchObject([{ kind: "gguf", folder: "one", path, weightFormat: "q8_0" }]);
    expect(skipped).toMatchObject([
      {
        reason: expect.stringMatching(/several .gguf models \(m-Q4_0.gguf, m-Q8_0.gguf\): .* --quant FORMAT/),
      },
    ]);
  });

  test("a .gguf file of embeddings, or one that is truncated, is refused", async () => {
    const src = createTempDir();
    makeGguf(join(src, "a.gguf"), "bert");
    writeFileSync(join(src, "b.gguf"), "GGUF");
    expect((await scan(src)).skipped).toMatchObject([
      { folder: "a.gguf", reason: expect.stringContaining("feature-extraction") },
      { folder: "b.gguf", reason: "its header is damaged or truncated: fetch it again" },
    ]);
  });

  test("an architecture that does not show its task is refused, unless the model brings its own code", async () => {
    const src = createTempDir();
    makeModel(join(src, "odd"), { "config.json": config({ architectures: ["OddForThings"] }) });
    for (const name of ["MyNet", "ChatGLMModel"]) {
      makeModel(join(src, name), { "config.json": config({ architectures: [name], auto_map: {} }) });
    }
    expect(await scan(src)).toMatchObject({
      found: [{ folder: "ChatGLMModel" }, { folder: "MyNet" }],
      skipped: [{ reason: `unsupported architecture: OddForThings does not fit the task "${task}"` }],
    });
  });

  test("follows links, and says of those that lead nowhere", async () => {
    const src = createTempDir();
    symlinkSync(makeModel(join(createTempDir(), "real")), join(src, "link"));
    symlinkSync("/nowhere", join(src, "broken"));
    symlinkSync("itself", join(src, "itself"));
    makeModel(join(src, "owner/deeper"));
    symlinkSync("itself", join(src, "owner/itself"));
    makeModel(join(src, "snapshot"), { "tokenizer.json": null, "../blob": "{}" });
    symlinkSync("../blob", join(src, "snapshot/tokenizer.json"));
    expect(await scan(src)).toMatchObject({
      found: [
        { folder: "link", isLink: true },
        { folder: "owner/deeper" },
        { folder: "snapshot", isLink: true },
      ],
      skipped: [
        { folder: "broken", reason: "it is a broken link" },
        { folder: "itself", reason: "it is a broken link" },
      ],
    });
  });

  test("takes odd names as they are, and 100 of them", async () => {
    const src = createTempDir();
    const names = [
      "--help",
      "模型 7B",
      "a b",
      "quote'\"",
      ...Array.from({ length: 96 }, (_, n) => `model ${n}`),
    ];
    for (const name of names) makeModel(join(src, name));
    expect((await scan(src)).found.map(({ folder }) => folder).sort()).toEqual(names.sort());
  });

  test("a folder that is not there holds nothing; one that is no folder is an error", async () => {
    const src = createTempDir();
    expect(await scan(join(src, "none"))).toEqual({ found: [], skipped: [] });
    writeFileSync(join(src, "file"), "");
    await expect(scan(join(src, "file"))).rejects.toThrow("OV_MODEL_SRC");
    mkdirSync(join(src, "empty"));
    expect((await scan(join(src, "empty"))).found).toEqual([]);
  });
});
