import { access, constants, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { type ErrorFacts, OvError } from "../errors.ts";
import { readChatTemplate } from "./chat-template.ts";
import { type EmbeddingFacts, readEmbedding } from "./embedding.ts";
import { findFolderTask } from "./find-task.ts";
import { readGguf } from "./gguf.ts";
import { toGgufLabel, toGgufRole } from "./gguf-files.ts";
import { findGgufProblem } from "./gguf-support.ts";
import { readJsonFile } from "./hf-config.ts";
import { readIrOutputs } from "./ir.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { findFolderProblem, findTokenizerProblem } from "./problems.ts";
import { findOpenVinoFormat, toGgufFormat } from "./ready-made.ts";
import { mainOperation } from "./tasks.ts";

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
const ContextConfig = Type.Object({
  model_type: Type.Optional(Type.String()),
  pad_token_id: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
  max_position_embeddings: Type.Optional(positive),
  n_positions: Type.Optional(positive),
  max_sequence_length: Type.Optional(positive),
  text_config: Type.Optional(Type.Object({ max_position_embeddings: Type.Optional(positive) })),
});
const ArchitectureConfig = Type.Object({
  architectures: Type.Optional(Type.Union([Type.Array(Type.String()), Type.Null()])),
  model_type: Type.Optional(Type.String()),
});

export interface ModelDescription {
  /** `ir`: a folder with OpenVINO's intermediate representation; `gguf`: one file. */
  form: "ir" | "gguf";
  path: string;
  /** What its folder or file is called, without what the converter or the format adds. */
  label: string;
  /** What it was converted from; null: ov-llm did not convert it. */
  manifest: Manifest | null;
  /** What it does, see tasks.ts; null: its files do not show it. */
  task: string | null;
  /** Such as `int8` or `q4_k_m`; `unknown`. */
  weightFormat: string;
  weightsBytes: number;
  /** Such as `llama`, as config.json or the .gguf file calls it; null: they do not say. */
  architecture: string | null;
  /** Jinja; null: its files have none, although the engine may find one in its tokenizer. */
  chatTemplate: string | null;
  /** In tokens, as the model's own files say; null: they do not. */
  contextLength: number | null;
  defaults: GenerationDefaults;
  /** null: it makes no embeddings. */
  embedding: EmbeddingFacts | null;
  /** How many labels it gives a text; null: none, or its network does not state it. */
  labels: number | null;
}

/**
 * What lies at a path, judged by its files alone; of large ones only the ends are read. Throws `model_path_invalid`,
 * whose `why` is a clause about the path. `bare`: an OpenVINO folder may lack its tokenizer.
 */
export async function describeModel(path: string, { bare = false } = {}): Promise<ModelDescription> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "ENOENT" ? "it does not exist" : `it cannot be read (${error.code})`;
    const next = 'Check the path; that of a registered model is corrected with "ov-llm models set".';
    throw invalid(path, { why, next });
  });
  await access(path, found.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK).catch(() => {
    throw invalid(path, { why: "this user cannot read it", next: "Change its permissions." });
  });
  if (found.isDirectory()) return await describeFolder(path, bare);
  if (found.isFile()) return await describeFile(path, found.size);
  const next = "Name an OpenVINO model folder or a .gguf file.";
  throw invalid(path, { why: "it is neither a folder nor a file", next });
}

async function describeFile(path: string, size: number): Promise<ModelDescription> {
  if (!path.endsWith(".gguf")) {
    const next = "Name an OpenVINO model folder or a .gguf file.";
    throw invalid(path, { why: "it is a file, but not a .gguf one", next });
  }
  const name = basename(path);
  const role = toGgufRole(name);
  if (role.role === "projector") {
    const why = "it is the encoder of another model (mmproj), which has no text of its own";
    throw invalid(path, { why, next: "Name that model's file." });
  }
  if (role.role === "part") {
    const why = `it is part ${role.number} of a split model`;
    throw invalid(path, { why, next: `Name the first part, ${join(dirname(path), role.first)}.` });
  }
  const { contextLength, needsBytes, task, architecture, chatTemplate, ...content } = await readGguf(path);
  if (mainOperation(task) !== "generate") {
    const why = `it is a .gguf file of a model for ${JSON.stringify(task)}, and the engine reads only language models from such files`;
    throw invalid(path, { why, next: "Convert the original model with `ov-llm convert OWNER/MODEL`." });
  }
  refuseTruncated(path, size, needsBytes);
  const others = await readParts(dirname(path), role.parts.slice(1));
  const problem = findGgufProblem({
    architecture,
    experts: content.experts,
    tokenizer: content.tokenizer,
    types: new Set([...content.types, ...others.types]),
  });
  if (problem !== null) throw invalid(path, problem);
  return {
    form: "gguf",
    path,
    label: toGgufLabel(name),
    manifest: null,
    task,
    weightFormat: toGgufFormat(name),
    weightsBytes: size + others.bytes,
    architecture,
    chatTemplate,
    contextLength,
    defaults: {},
    embedding: null,
    labels: null,
  };
}

/** The later files of a split model. Throws `model_path_invalid` where one is missing or truncated. */
async function readParts(
  folder: string,
  names: readonly string[],
): Promise<{ bytes: number; types: Set<number> }> {
  const all = { bytes: 0, types: new Set<number>() };
  for (const name of names) {
    const path = join(folder, name);
    const size = (await stat(path).catch(() => null))?.size;
    if (size === undefined)
      throw invalid(path, { why: "this part of the model is missing", next: "Fetch it too." });
    const { needsBytes, types } = await readGguf(path);
    refuseTruncated(path, size, needsBytes);
    all.bytes += size;
    for (const type of types) all.types.add(type);
  }
  return all;
}

function refuseTruncated(path: string, size: number, needsBytes: number): void {
  if (size >= needsBytes) return;
  const why = `it is truncated at ${size} of at least ${needsBytes} bytes`;
  throw invalid(path, { why, next: "Fetch it again." });
}

async function describeFolder(path: string, bare: boolean): Promise<ModelDescription> {
  const files = new Set(await readdir(path));
  const manifest = readManifest(path);
  const folder = parseFolderName(basename(path));
  const config = readJsonFile(join(path, "config.json"), ArchitectureConfig);
  const task = findFolderTask({
    path,
    files,
    stated: manifest?.task ?? folder?.task ?? null,
    architectures: config?.architectures ?? [],
    modelType: config?.model_type,
  });
  const complete = bare || files.has("model_index.json");
  const problem = findFolderProblem(path, files) ?? (complete ? null : findTokenizerProblem(files, task));
  if (problem !== null) throw invalid(path, problem);
  const label = basename(folder === null ? path : dirname(path));
  const embedding = task !== null && mainOperation(task) === "embed" ? readEmbedding(path) : null;
  return {
    form: "ir",
    path,
    label,
    manifest,
    task,
    weightFormat:
      manifest?.weight_format ?? folder?.weight_format ?? findOpenVinoFormat(basename(path), path),
    weightsBytes: await measureWeights(path, listWeights(files, embedding)),
    architecture: config?.model_type ?? null,
    chatTemplate: readChatTemplate(path, files),
    contextLength: embedding?.maxTokens ?? readContextLength(path),
    embedding,
    labels: task !== null && mainOperation(task) === "rank" ? readLabelCount(path) : null,
    defaults: readJsonFile(join(path, "generation_config.json"), GenerationDefaults) ?? {},
  };
}

/** `task-<task>__wf-<weight format>`, as the converter names its folders. */
export function parseFolderName(name: string): { task: string; weight_format: string } | null {
  const [, task, format] = /^task-(.+)__wf-(.+)$/.exec(name) ?? [];
  return task === undefined || format === undefined ? null : { task, weight_format: format };
}

/** A language model's logits have another dimension, for the tokens. */
function readLabelCount(path: string): number | null {
  const logits = readIrOutputs(join(path, "openvino_model.xml")).find(({ name }) => name === "logits");
  return logits?.rank === 2 ? logits.width : null;
}

function readContextLength(path: string): number | null {
  const config = readJsonFile(join(path, "config.json"), ContextConfig);
  // These count positions from the one behind the padding (transformers, `create_position_ids_from_input_ids`).
  if (/roberta|camembert|xmod|mpnet/.test(config?.model_type ?? "") && config?.max_position_embeddings) {
    return config.max_position_embeddings - (config.pad_token_id ?? 1) - 1;
  }
  return (
    config?.max_position_embeddings ??
    config?.text_config?.max_position_embeddings ??
    config?.n_positions ??
    config?.max_sequence_length ??
    null
  );
}

/** Those of its networks, and of the layers behind its pooling. */
function listWeights(files: ReadonlySet<string>, embedding: EmbeddingFacts | null): string[] {
  const layers = embedding?.way.layers ?? [];
  const behind = layers.flatMap((layer) => (layer.kind === "dense" ? [layer.weights] : []));
  return [...[...files].filter((name) => name.endsWith(".bin")), ...behind];
}

async function measureWeights(path: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(path, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function invalid(path: string, facts: Omit<ErrorFacts, "what">): OvError {
  return new OvError("model_path_invalid", {
    what: `Cannot use the model at ${JSON.stringify(path)}`,
    ...facts,
  });
}
