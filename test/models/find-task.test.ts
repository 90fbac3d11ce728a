import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findFolderTask } from "../../src/models/find-task.ts";
import { describeModel } from "../../src/models/folder.ts";
import { embeddingIr, languageModelIr, rerankIr, toIr } from "../helpers/ir.ts";
import { createTempDir } from "../helpers/temp.ts";

const root = createTempDir();
let next = 0;

function createFolder(files: Record<string, string>): string {
  const path = join(root, `model-${next++}`);
  mkdirSync(path);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

function find(files: Record<string, string>, stated: string | null = null, architectures: string[] = []) {
  const path = createFolder(files);
  return findFolderTask({ path, files: new Set(Object.keys(files)), stated, architectures });
}

const generation = "text-generation-with-past";
const network = (ir: string) => ({ "openvino_model.xml": ir });

describe("a folder with one network", () => {
  const cases: [string, string, string[], string | null][] = [
    ["beam_idx", languageModelIr, [], generation],
    ["a cache as inputs", toIr(["input_ids", "past_key_values.0.key"], { logits: 3 }), [], generation],
    ["hidden states", embeddingIr, [], "feature-extraction"],
    ["hidden states of a language model", embeddingIr, ["Qwen3ForCausalLM"], "feature-extraction"],
    [
      "a sentence's embedding",
      toIr(["input_ids"], { token_embeddings: 3, sentence_embedding: 2 }),
      [],
      "feature-extraction",
    ],
    ["one row of logits", rerankIr, [], "text-classification"],
    ["logits without a cache", toIr(["input_ids"], { logits: 3 }), ["GPT2LMHeadModel"], generation],
    ["logits of a masked model", toIr(["input_ids"], { logits: 3 }), ["BertForMaskedLM"], "fill-mask"],
    [
      "logits of a model for images",
      toIr(["pixel_values"], { logits: 2 }),
      ["ViTForImageClassification"],
      "image-classification",
    ],
    ["nothing known", toIr(["x"], { y: 1 }), [], null],
    ["no IR", "x", [], null],
    ["no IR but an architecture", "x", ["Phi3ForCausalLM"], generation],
    ["no IR and an encoder", "x", ["BertModel"], null],
  ];
  test.each(cases)("with %s", (_name, ir, architectures, task) =>
    expect(find(network(ir), null, architectures)).toBe(task),
  );

  test("has its outputs found behind many layers and before many edges", () => {
    const layer = `\t\t<layer id="9" name="a" type="Const" version="opset1"><data offset="0" /></layer>\n`;
    const edge = `\t\t<edge from-layer="1" from-port="0" to-layer="2" to-port="0" />\n`;
    const ir = toIr(["input_ids"], { last_hidden_state: 3 }, layer.repeat(60_000));
    expect(find(network(ir.replace("<edges>\n", `<edges>\n${edge.repeat(30_000)}`)))).toBe(
      "feature-extraction",
    );
  });

  test("has its output's name found where an older release wrote it", () => {
    const ir = embeddingIr
      .replace(` output_names="last_hidden_state"`, "")
      .replace(
        `\t\t<layer id="900"`,
        `<layer id="8" type="Add"><output><port id="2" names="97,last_hidden_state" /></output></layer>\n\t\t<layer id="900"`,
      );
    expect(find(network(ir))).toBe("feature-extraction");
  });
});

describe("what is stated", () => {
  test.each([
    [languageModelIr, "text-generation", "text-generation"],
    [languageModelIr, "feature-extraction", generation],
    [languageModelIr, "my-own", generation],
    [embeddingIr, generation, "feature-extraction"],
    [embeddingIr, "sentence-similarity", "sentence-similarity"],
    ["x", "my-own", "my-own"],
  ])("case %#: counts where the network does not contradict it", (ir, stated, task) =>
    expect(find(network(ir), stated)).toBe(task),
  );
});

describe("a folder with several networks", () => {
  const speech = toIr(["input_features"], { last_hidden_state: 3 });
  const cases: [string, Record<string, string>, string | null][] = [
    [
      "images and text",
      { "openvino_language_model.xml": languageModelIr, "openvino_vision_embeddings_model.xml": "x" },
      "image-text-to-text",
    ],
    [
      "speech to text",
      { "openvino_encoder_model.xml": speech, "openvino_decoder_model.xml": languageModelIr },
      "automatic-speech-recognition-with-past",
    ],
    [
      "text to text",
      { "openvino_encoder_model.xml": embeddingIr, "openvino_decoder_model.xml": "x" },
      "text2text-generation-with-past",
    ],
    [
      "text to speech",
      { "openvino_encoder_model.xml": embeddingIr, "openvino_postnet.xml": "x" },
      "text-to-audio",
    ],
    ["images", { "model_index.json": "{}" }, "text-to-image"],
  ];
  test.each(cases)("for %s", (_name, files, task) => expect(find(files)).toBe(task));
});

describe("the files that a task needs", () => {
  const one = { "openvino_model.bin": "w" };
  test("an embedding model needs no detokenizer", async () => {
    const path = createFolder({ ...one, "openvino_model.xml": embeddingIr, "openvino_tokenizer.xml": "x" });
    expect(await describeModel(path)).toMatchObject({
      form: "ir",
      task: "feature-extraction",
      weightsBytes: 1,
    });
  });

  test("a language model does", async () => {
    const path = createFolder({
      ...one,
      "openvino_model.xml": languageModelIr,
      "openvino_tokenizer.xml": "x",
    });
    await expect(describeModel(path)).rejects.toMatchObject({
      facts: { why: "it has no openvino_detokenizer.xml" },
    });
  });

  test("a speech model needs the weights of both networks", async () => {
    const path = createFolder({
      "openvino_encoder_model.xml": toIr(["input_features"], {}),
      "openvino_encoder_model.bin": "w",
      "openvino_decoder_model.xml": "x",
    });
    const why = "it is an incomplete export without openvino_decoder_model.bin";
    await expect(describeModel(path)).rejects.toMatchObject({ code: "model_path_invalid", facts: { why } });
  });
});

describe("a .gguf file", () => {
  /** Its head alone (github.com/ggml-org/ggml, docs/gguf.md): version 3, no tensors; a number is written as u32. */
  function createGguf(metadata: Record<string, string | number>): string {
    const u32 = (value: number) => new Uint8Array(new Uint32Array([value]).buffer);
    const u64 = (value: number) => new Uint8Array(new BigUint64Array([BigInt(value)]).buffer);
    const text = (value: string) => [u64(value.length), Buffer.from(value)];
    const entries = Object.entries(metadata).flatMap(([key, value]) => [
      ...text(key),
      ...(typeof value === "number" ? [u32(4), u32(value)] : [u32(8), ...text(value)]),
    ]);
    const head = [Buffer.from("GGUF"), u32(3), u64(0), u64(Object.keys(metadata).length), ...entries];
    const path = join(createFolder({}), "m.gguf");
    writeFileSync(path, Buffer.concat([...head, Buffer.alloc(64)]));
    return path;
  }

  test.each([
    [{ "general.architecture": "llama" }, generation],
    [{ "general.architecture": "llama", "llama.pooling_type": 0 }, generation],
  ])("with %p", async (metadata, task) =>
    expect((await describeModel(createGguf(metadata))).task).toBe(task),
  );

  test.each([
    ["gpt2", null],
    [
      "llama",
      /no \.gguf files with a tokenizer of the kind "llama", only of "gpt2"\. Fetch its original weights/,
    ],
  ])("with a tokenizer of the kind %p", async (kind, problem) => {
    const path = createGguf({ "general.architecture": "llama", "tokenizer.ggml.model": kind });
    const described = await describeModel(path).then(
      () => null,
      (error: unknown) => String(error),
    );
    expect(described).toEqual(problem && expect.stringMatching(problem));
  });

  test.each([
    [{ "general.architecture": "nomic-bert" }, "feature-extraction"],
    [{ "general.architecture": "qwen3", "qwen3.pooling_type": 3 }, "feature-extraction"],
    [{ "general.architecture": "qwen3", "qwen3.pooling_type": 4 }, "text-classification"],
  ])("with %p is refused: the engine reads only language models from such files", async (metadata, task) =>
    expect(describeModel(createGguf(metadata))).rejects.toMatchObject({
      code: "model_path_invalid",
      facts: { why: expect.stringContaining(`a model for "${task}"`) },
    }),
  );
});
