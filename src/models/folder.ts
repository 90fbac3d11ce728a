import { statSync } from "node:fs";
import { access, constants, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError } from "../errors.ts";
import { readGguf } from "./gguf.ts";

const positive = Type.Integer({ minimum: 1 });

/** The keys of Hugging Face's generation_config.json that set defaults for a request. */
const GenerationDefaults = Type.Partial(
  Type.Object({
    do_sample: Type.Boolean(),
    temperature: Type.Number({ minimum: 0 }),
    top_p: Type.Number({ exclusiveMinimum: 0, maximum: 1 }),
    top_k: Type.Integer({ minimum: 0 }),
    min_p: Type.Number({ minimum: 0, exclusiveMaximum: 1 }),
    repetition_penalty: Type.Number({ exclusiveMinimum: 0 }),
  }),
);
export type GenerationDefaults = Static<typeof GenerationDefaults>;

/** The keys of config.json that state a model's context length; multimodal models nest them. */
const ModelConfig = Type.Object({
  max_position_embeddings: Type.Optional(positive),
  n_positions: Type.Optional(positive),
  max_sequence_length: Type.Optional(positive),
  text_config: Type.Optional(Type.Object({ max_position_embeddings: Type.Optional(positive) })),
});

export interface ModelDescription {
  /** `ir`: a folder with OpenVINO's intermediate representation; `gguf`: one file. */
  kind: "ir" | "gguf";
  path: string;
  /** In tokens, as the model's own files say; null: they do not. */
  contextLength: number | null;
  defaults: GenerationDefaults;
}

/**
 * What lies at a path, judged by its files alone. Throws `model_path_invalid` with a sentence that names what
 * is wrong there and the next step.
 */
export async function describeModel(path: string): Promise<ModelDescription> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw invalid(
      path,
      error.code === "ENOENT" ? "does not exist" : `cannot be read (${error.code})`,
      "Correct its path in the registry, or list what is there with `ov-llm models`.",
    );
  });
  await access(path, found.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK).catch(() => {
    throw invalid(path, "is not readable for this user", "Change its permissions.");
  });
  return found.isDirectory() ? describeFolder(path) : describeFile(path, found.size);
}

async function describeFile(path: string, size: number): Promise<ModelDescription> {
  if (!path.endsWith(".gguf")) {
    throw invalid(path, "is a file, but not a .gguf one", "Name an OpenVINO model folder or a .gguf file.");
  }
  const { contextLength, needsBytes } = await readGguf(path);
  if (size < needsBytes) {
    throw invalid(path, `is cut short: it has ${size} bytes of at least ${needsBytes}`, "Fetch it again.");
  }
  return { kind: "gguf", path, contextLength, defaults: {} };
}

async function describeFolder(path: string): Promise<ModelDescription> {
  const files = new Set(await readdir(path));
  if (!files.has("openvino_model.xml")) throw notOpenVino(path, files);
  const missing = ["openvino_model.bin", "openvino_tokenizer.xml", "openvino_detokenizer.xml"].filter(
    (name) => !files.has(name),
  );
  const empty = ["openvino_model.xml", "openvino_model.bin"].filter((name) => isEmpty(join(path, name)));
  if (empty.length > 0) {
    throw invalid(path, `is an incomplete export: ${empty.join(" and ")} is empty`, convertAgain);
  }
  if (missing.length > 0) {
    const what = missing.includes("openvino_model.bin") ? "is an incomplete export" : "has no tokenizer";
    throw invalid(path, `${what}: ${missing.join(" and ")} missing`, convertAgain);
  }
  const config = await readJson(join(path, "config.json"), ModelConfig);
  return {
    kind: "ir",
    path,
    contextLength:
      config?.max_position_embeddings ??
      config?.text_config?.max_position_embeddings ??
      config?.n_positions ??
      config?.max_sequence_length ??
      null,
    defaults: (await readJson(join(path, "generation_config.json"), GenerationDefaults)) ?? {},
  };
}

/** Why a folder without openvino_model.xml is no model that can be served. */
function notOpenVino(path: string, files: ReadonlySet<string>): OvError {
  const names = [...files];
  const gguf = names.find((name) => name.endsWith(".gguf"));
  if (gguf) return invalid(path, "holds a .gguf file", `Name the file itself: ${join(path, gguf)}.`);
  if (names.some((name) => /\.(safetensors|bin|pt|pth)$/.test(name)) && files.has("config.json")) {
    return invalid(
      path,
      "is a raw Hugging Face model, not an OpenVINO one",
      "Convert it with `ov-llm convert`.",
    );
  }
  if (names.some((name) => name.startsWith("openvino_"))) {
    return invalid(
      path,
      "is an incomplete export: openvino_model.xml is missing",
      "Convert the model again with `ov-llm convert`.",
    );
  }
  return invalid(
    path,
    "holds no OpenVINO model: openvino_model.xml is missing",
    "Name a folder that `ov-llm convert` made, or a .gguf file.",
  );
}

/** A JSON file's content when it is there and fits; a model without it, or with a strange one, still works. */
async function readJson<T extends typeof ModelConfig | typeof GenerationDefaults>(
  path: string,
  schema: T,
): Promise<Static<T> | null> {
  try {
    const content: unknown = JSON.parse(await readFile(path, "utf8"));
    return Value.Check(schema, content) ? content : null;
  } catch {
    return null;
  }
}

const convertAgain = "Convert the model again with `ov-llm convert`, or fetch its files again.";

function isEmpty(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.size === 0;
}

function invalid(path: string, what: string, nextStep: string): OvError {
  return new OvError("model_path_invalid", `Model path "${path}" ${what}. ${nextStep}`);
}
