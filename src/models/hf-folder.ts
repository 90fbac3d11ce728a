import { lstatSync, readlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { findArchitectureTask } from "./architectures.ts";
import { HfConfig, readJsonFile, toWidths } from "./hf-config.ts";
import { findAbsentLayers } from "./layers.ts";
import { findOwnCode } from "./own-code.ts";
import { findOdd } from "./problems.ts";
import { findQuantization } from "./quantization.ts";
import { isReranker } from "./reranker.ts";
import { readWeights } from "./weights.ts";

/** What a Hugging Face folder holds, judged by its files alone. */
export interface HfFolder {
  /** Of the weight files, in bytes. */
  bytes: number;
  parameters: number;
  /** Widths of its weight matrices, that its config.json states. */
  widths: number[];
  architectures: readonly string[];
  /** As transformers names it; empty: its config.json does not say. */
  modelType: string;
  /** What the model does, see tasks.ts; null: its files do not show it. */
  task: string | null;
  /** The task that its networks are exported for, by its architecture alone; null: that does not show it. */
  networks: string | null;
  /** The method by which its weights are quantized already, as transformers names it; null: they are not. */
  quantization: string | null;
  hasTokenizer: boolean;
  /** Its config.json names classes of its own. */
  hasCode: boolean;
  /** The Python files that come with it, or that its files name. */
  code: string[];
  /** It is a link, or has links out of itself: a move would break them. */
  isLink: boolean;
}

/** Reads the folder whose top files are `files`. `problem`: a clause on why it holds no complete model. */
export function readHfFolder(path: string, files: readonly string[]): HfFolder | { problem: string } {
  if (!files.includes("config.json") || isAdapter(files)) return { problem: describeOther(files) };
  const odd = findOdd(path, files);
  if (odd !== null) return { problem: odd };
  const config = readJsonFile(join(path, "config.json"), HfConfig);
  if (config === null) return { problem: "its config.json is invalid" };
  const weights = readWeights(path, files);
  if ("problem" in weights) return weights;
  const absent = findAbsentLayers(config, weights.tensors);
  if (absent !== null) return { problem: absent };
  const { bytes, parameters } = weights;
  const architectures = config.architectures ?? [];
  return {
    bytes,
    parameters,
    widths: toWidths(config),
    architectures,
    modelType: config.model_type ?? "",
    task: findHfTask(config, { files, label: basename(path), path }),
    networks: findArchitectureTask(architectures),
    quantization: findQuantization(config),
    hasTokenizer: hasTokenizerFiles(files),
    hasCode: config.auto_map !== undefined,
    code: findOwnCode(path, files),
    isLink: isLink(path) || files.some((name) => leadsOut(join(path, name))),
  };
}

/** The files that show what a model does. */
export const taskFiles: readonly string[] = ["config.json", "modules.json"];

/**
 * What a model does, by its config.json, which of `taskFiles` it has, and what it is called; null: they do not show it.
 * `path`: where these files lie.
 */
export function findHfTask(
  { architectures, auto_map, model_type }: HfConfig,
  { files, label, path }: { files: readonly string[]; label: string; path?: string },
): string | null {
  if (isReranker(label, model_type, path)) return "text-ranking";
  // Of sentence-transformers, which turns the output of any model into embeddings.
  if (files.includes("modules.json")) return "feature-extraction";
  const named = findArchitectureTask(architectures ?? []);
  if (named !== null || auto_map !== undefined) return named;
  // Of transformers itself: a model without a head. Custom code may call a language model so.
  return architectures?.some((name) => name.endsWith("Model")) ? "feature-extraction" : null;
}

const tokenizerFile =
  /^(tokenizer\.json|tokenizer\.model|tekken\.json|vocab\.(json|txt)|spiece\.model|sentencepiece\.bpe\.model|.*\.tiktoken)$/;

/** A folder of an adapter may have the config.json of its base model. */
function isAdapter(files: readonly string[]): boolean {
  const weights = files.filter(
    (name) => /\.(safetensors|bin)$/.test(name) && !/^(training|adapter_model)/.test(name),
  );
  return files.includes("adapter_config.json") && weights.length === 0;
}

/** Whether they hold a tokenizer in the form of transformers. */
export function hasTokenizerFiles(files: readonly string[]): boolean {
  return files.some((name) => tokenizerFile.test(name));
}

/** With the next step, where there is one. */
function describeOther(files: readonly string[]): string {
  if (files.includes("adapter_config.json")) {
    return "an adapter (LoRA), not a full model: merge it into its base model first, or fetch a merged one";
  }
  if (files.includes("params.json") || files.includes("original")) {
    return "it holds the weights in their maker's own form (consolidated.*, params.json): fetch the files in the form of transformers, with config.json";
  }
  if (files.includes("model_index.json")) return "unsupported architecture: a model that generates images";
  if (files.some((name) => name.endsWith(".gguf")))
    return "it holds .gguf files: register one with `ov-llm models add`";
  return "it has no config.json, so it is not a Hugging Face model";
}

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

/** Like the files of the hub's own cache, which are relative links to its blobs. */
function leadsOut(path: string): boolean {
  return isLink(path) && readlinkSync(path).startsWith("..");
}
