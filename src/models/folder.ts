import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Type } from "@sinclair/typebox";
import { type OvError, toReason, toSystemCode } from "../errors.ts";
import { readChatTemplate } from "./chat-template.ts";
import { GenerationDefaults, invalidPath, type ModelDescription } from "./description.ts";
import { type EmbeddingFacts, readEmbedding } from "./embedding.ts";
import { measureSize } from "./files.ts";
import { findFolderTask } from "./find-task.ts";
import { describeGguf } from "./gguf-model.ts";
import { readJsonFile } from "./hf-config.ts";
import { readIrOutputs } from "./ir.ts";
import { readManifest } from "./manifest.ts";
import { findFolderProblem, findPathProblem, findTokenizerProblem } from "./problems.ts";
import { findOpenVinoFormat } from "./ready-made.ts";
import { mainOperation } from "./tasks.ts";

const positive = Type.Integer({ minimum: 1 });

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

/**
 * What lies at a path, judged by its files alone; of large ones only the ends are read. Throws `model_path_invalid`,
 * whose `why` is a clause about the path. `bare`: an OpenVINO folder may lack its tokenizer.
 */
export async function describeModel(path: string, { bare = false } = {}): Promise<ModelDescription> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const problem = findPathProblem(path, found);
  if (problem !== null) throw invalidPath(path, problem);
  return found.isDirectory() ? await describeFolder(path, bare) : await describeGguf(path, found.size);
}

function unreadable(path: string, error: unknown): OvError {
  const code = toSystemCode(error);
  const why = code === "ENOENT" ? "it does not exist" : `it cannot be read (${code ?? toReason(error)})`;
  const next = 'Check the path; that of a registered model is corrected with "ov-llm models set".';
  return invalidPath(path, { why, next });
}

async function describeFolder(path: string, bare: boolean): Promise<ModelDescription> {
  // It may have gone since it was found.
  const names = await readdir(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const files = new Set(names);
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
  if (problem !== null) throw invalidPath(path, problem);
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

/** A link that leads nowhere weighs nothing: that a network's file is missing was found before. */
async function measureWeights(path: string, names: readonly string[]): Promise<number> {
  const sizes = await Promise.all(names.map((name) => measureSize(join(path, name))));
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}
