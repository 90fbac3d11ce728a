import { describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeModel, parseFolderName } from "../../src/models/folder.ts";
import { modelPath } from "../helpers/environment.ts";
import { rerankIr, toIr } from "../helpers/ir.ts";
import { createTempDir } from "../helpers/temp.ts";

const root = createTempDir();
let next = 0;

/** A folder with these files; a value that is no text is written as JSON. */
function createFolder(files: Record<string, unknown>): string {
  const path = join(root, `model-${next++}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), typeof content === "string" ? content : JSON.stringify(content));
  }
  return path;
}

const whole = {
  "openvino_model.xml": "<net/>",
  "openvino_model.bin": "weights",
  "openvino_tokenizer.xml": "<net/>",
  "openvino_detokenizer.xml": "<net/>",
};
const without = (name: keyof typeof whole) =>
  Object.fromEntries(Object.entries(whole).filter(([file]) => file !== name));

describe("an OpenVINO folder", () => {
  test("is described with its context length and defaults", async () => {
    const path = createFolder({
      ...whole,
      "config.json": { max_position_embeddings: 32768, model_type: "qwen2" },
      "generation_config.json": { do_sample: true, temperature: 0.7, top_k: 20, eos_token_id: [1, 2] },
    });
    expect(await describeModel(path)).toMatchObject({
      form: "ir",
      path,
      contextLength: 32768,
      defaults: { do_sample: true, temperature: 0.7, top_k: 20 },
    });
  });

  const contexts: [string, unknown, number | null][] = [
    ["the text part of a multimodal model", { text_config: { max_position_embeddings: 4096 } }, 4096],
    ["GPT-2's name for it", { n_positions: 1024 }, 1024],
    ["nothing known", {}, null],
    ["a strange value", { max_position_embeddings: "many" }, null],
  ];
  for (const [name, config, contextLength] of contexts) {
    test(`knows its context length from ${name}`, async () => {
      const path = createFolder({ ...whole, "config.json": config });
      expect((await describeModel(path)).contextLength).toBe(contextLength);
    });
  }

  test("weighs what all of its networks do, and the layers behind its pooling", async () => {
    const path = createFolder({
      ...whole,
      "openvino_tokenizer.bin": "table",
      "openvino_model.xml": toIr(["input_ids"], { last_hidden_state: 3 }),
      "modules.json": [
        { type: "sentence_transformers.models.Transformer", path: "" },
        { type: "sentence_transformers.models.Pooling", path: "1_Pooling" },
        { type: "sentence_transformers.models.Dense", path: "2_Dense" },
      ],
    });
    mkdirSync(join(path, "2_Dense"));
    writeFileSync(join(path, "2_Dense/config.json"), "{}");
    writeFileSync(join(path, "2_Dense/model.safetensors"), "a layer");
    const { task, weightsBytes } = await describeModel(path);
    expect([task, weightsBytes]).toEqual([
      "feature-extraction",
      "weights".length + "table".length + "a layer".length,
    ]);
  });

  test("may have links that lead nowhere, which weigh nothing", async () => {
    const path = createFolder(whole);
    symlinkSync("gone", join(path, "pytorch_model.bin"));
    symlinkSync("itself.bin", join(path, "itself.bin"));
    expect((await describeModel(path)).weightsBytes).toBe("weights".length);
  });

  test("works without its config files, and with broken ones", async () => {
    expect(await describeModel(createFolder(whole))).toMatchObject({ contextLength: null, defaults: {} });
    const path = createFolder({ ...whole, "config.json": "{", "generation_config.json": "[]" });
    expect(await describeModel(path)).toMatchObject({ contextLength: null, defaults: {} });
  });
});

describe("a folder's chat template", () => {
  test.each<[string, Record<string, unknown>, string | null]>([
    [
      "its own file",
      { "chat_template.jinja": "{{ a }}", "tokenizer_config.json": { chat_template: "b" } },
      "{{ a }}",
    ],
    ["tokenizer_config.json", { "tokenizer_config.json": { chat_template: "b", eos_token: "x" } }, "b"],
    ["chat_template.json", { "chat_template.json": { chat_template: "c" } }, "c"],
    [
      "the default of a list",
      {
        "tokenizer_config.json": {
          chat_template: [
            { name: "rag", template: "r" },
            { name: "default", template: "d" },
          ],
        },
      },
      "d",
    ],
    ["nowhere", { "tokenizer_config.json": { eos_token: "x" } }, null],
  ])("is read from %s", async (_, files, chatTemplate) => {
    const described = await describeModel(createFolder({ ...whole, ...files }));
    expect(described.chatTemplate).toBe(chatTemplate);
  });

  test("comes with its architecture", async () => {
    const path = createFolder({ ...whole, "config.json": { model_type: "qwen3", architectures: null } });
    expect(await describeModel(path)).toMatchObject({ architecture: "qwen3", chatTemplate: null });
  });

  test("of a .gguf file stands in its head", async () => {
    const { architecture, chatTemplate } = await describeModel(modelPath());
    expect(architecture).toBe("llama");
    expect(chatTemplate).toContain("<|im_start|>");
  });
});

describe("what is no model is refused with what it is", () => {
  const cases: [string, () => string, RegExp][] = [
    ["a missing path", () => join(root, "nowhere"), /does not exist/],
    [
      "a file that is no .gguf",
      () => join(createFolder({ "notes.txt": "x" }), "notes.txt"),
      /not a \.gguf one/,
    ],
    ["an empty folder", () => createFolder({}), /it holds no OpenVINO model/],
    [
      "a raw Hugging Face folder",
      () => createFolder({ "config.json": {}, "model.safetensors": "w", "tokenizer.json": {} }),
      /raw Hugging Face model.*ov-llm convert/,
    ],
    ["a folder with a .gguf", () => createFolder({ "a.gguf": "GGUF" }), /Name the file itself: .*a\.gguf/],
    [
      "no weights",
      () => createFolder(without("openvino_model.bin")),
      /incomplete export without openvino_model\.bin\./,
    ],
    [
      "no tokenizer",
      () => createFolder(without("openvino_tokenizer.xml")),
      /it has no openvino_tokenizer\.xml\. Convert/,
    ],
    [
      "no detokenizer",
      () => createFolder(without("openvino_detokenizer.xml")),
      /it has no openvino_detokenizer\.xml\./,
    ],
    [
      "no model.xml",
      () => createFolder(without("openvino_model.xml")),
      /incomplete export without openvino_model\.xml/,
    ],
    [
      "empty weights",
      () => createFolder({ ...whole, "openvino_model.bin": "" }),
      /incomplete export with an empty openvino_model\.bin/,
    ],
    [
      "a .gguf that is none",
      () => join(createFolder({ "a.gguf": "nope" }), "a.gguf"),
      /does not start with "GGUF"/,
    ],
    ["a .gguf cut in its head", () => cutGguf(5_000), /truncated/],
    [
      "a split .gguf with a folder as its second part",
      () => {
        const path = join(createFolder({}), "m-00001-of-00002.gguf");
        symlinkSync(modelPath(), path);
        mkdirSync(path.replace("00001", "00002"));
        return path;
      },
      /00002-of-00002\.gguf": it cannot be read \(.* is not a regular file\)\. Check the file/,
    ],
    [
      "a .gguf cut in its tensors",
      () => cutGguf(20_000_000),
      /is truncated at 20000000 of at least \d+ bytes/,
    ],
  ];
  for (const [name, create, message] of cases) {
    test(name, async () => {
      await expect(describeModel(create())).rejects.toMatchObject({
        code: "model_path_invalid",
        message: expect.stringMatching(message),
      });
    });
  }

  test.skipIf(process.getuid?.() === 0)(
    "a folder that may not be read [needs a user other than root]",
    async () => {
      const path = createFolder(whole);
      chmodSync(path, 0o000);
      await expect(describeModel(path)).rejects.toMatchObject({
        message: expect.stringContaining("this user cannot read it"),
      });
      chmodSync(path, 0o700);
    },
  );
});

test("a .gguf file is described with its context length", async () => {
  expect(await describeModel(modelPath())).toMatchObject({
    form: "gguf",
    task: "text-generation-with-past",
    weightFormat: "q4_1",
    contextLength: 8192,
    defaults: {},
  });
});

function cutGguf(bytes: number): string {
  const path = join(createFolder({}), "cut.gguf");
  writeFileSync(path, readFileSync(modelPath()).subarray(0, bytes));
  return path;
}

test.each([
  ["task-a-b__wf-int8", { task: "a-b", weight_format: "int8" }],
  ["task-__wf-int8", null],
  ["x-task-a__wf-b", null],
])("parseFolderName: %p", (name, facts) => expect(parseFolderName(name)).toEqual(facts));

test.each([
  ["3", 3],
  ["1", 1],
  ["-1", null],
])("a classifier whose network's last dimension is %s has %p labels", async (dimension, labels) => {
  const end = "</dim>\n\t\t\t\t</port>\n\t\t\t</input>";
  const network = rerankIr.replace(`-1${end}`, `${dimension}${end}`);
  const path = createFolder({ ...whole, "openvino_model.xml": network });
  expect(await describeModel(path)).toMatchObject({ task: "text-classification", labels });
});

test("a model that does not classify has no labels", async () => {
  expect((await describeModel(createFolder(whole))).labels).toBeNull();
});
