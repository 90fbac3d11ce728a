import { closeSync, readSync } from "node:fs";
import { type OvError, toReason } from "../errors.ts";
import { openFile } from "../files.ts";
import { invalidPath } from "./description.ts";
import type { GgufContent } from "./gguf-support.ts";

export interface GgufFacts extends GgufContent {
  /** `<architecture>.context_length` of the metadata, in tokens. */
  contextLength: number | null;
  /** Where its last tensor ends: a shorter file has lost some. */
  needsBytes: number;
  /** See tasks.ts. */
  task: string;
  /** `tokenizer.chat_template`. */
  chatTemplate: string | null;
}

/**
 * Weights lie in blocks: of how many values and bytes, by type number (ggml.h, type_traits of ggml.c). Types
 * that are not here count as nothing.
 */
const blockSizes: ReadonlyMap<number, [values: number, bytes: number]> = new Map([
  [0, [1, 4]],
  [1, [1, 2]],
  [2, [32, 18]],
  [3, [32, 20]],
  [6, [32, 22]],
  [7, [32, 24]],
  [8, [32, 34]],
  [10, [256, 84]],
  [11, [256, 110]],
  [12, [256, 144]],
  [13, [256, 176]],
  [14, [256, 210]],
  [30, [1, 2]],
]);

/** Architectures that read texts and write none (gguf-py's `MODEL_ARCH_NAMES`). */
const embeddingArchitecture = /bert/;
/** `<architecture>.pooling_type` (llama.h, `llama_pooling_type`): a language model has none, which is 0. */
const rankPooling = 4;

/** Reads the head of a GGUF file; throws `model_path_invalid` when it is not one, or cannot be read. */
export async function readGguf(path: string): Promise<GgufFacts> {
  if (readMagic(path) !== "GGUF") {
    throw unreadable(path, 'it is not a GGUF file, as it does not start with "GGUF"');
  }
  try {
    // Large, and needed for .gguf files alone.
    const { gguf } = await import("@huggingface/gguf");
    const { metadata, tensorInfos, tensorDataOffset } = await gguf(path, { allowLocalFile: true });
    const facts = new Map<string, unknown>(Object.entries(metadata));
    const architecture = String(facts.get("general.architecture"));
    const contextLength = facts.get(`${architecture}.context_length`);
    const ends = tensorInfos.map(({ offset, shape, dtype }) => {
      const [values, bytes] = blockSizes.get(dtype) ?? [1, 0];
      return Number(offset) + (shape.reduce((all, side) => all * Number(side), 1) / values) * bytes;
    });
    const last = Math.max(0, ...ends);
    return {
      contextLength: typeof contextLength === "number" && contextLength > 0 ? contextLength : null,
      needsBytes: Number(tensorDataOffset) + last,
      experts: Number(facts.get(`${architecture}.expert_count`) ?? 0),
      types: new Set(tensorInfos.map(({ dtype }) => Number(dtype))),
      architecture: toText(facts.get("general.architecture")),
      tokenizer: toText(facts.get("tokenizer.ggml.model")),
      chatTemplate: toText(facts.get("tokenizer.chat_template")),
      task: toTask(architecture, Number(facts.get(`${architecture}.pooling_type`) ?? 0)),
    };
  } catch (error) {
    throw unreadable(path, "its header is damaged or truncated", error);
  }
}

function toText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

function readMagic(path: string): string {
  const descriptor = open(path);
  try {
    const bytes = Buffer.alloc(4);
    readSync(descriptor, bytes, 0, 4, 0);
    return bytes.toString("latin1");
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string): number {
  try {
    return openFile(path);
  } catch (error) {
    const why = `it cannot be read (${toReason(error)})`;
    throw invalidPath(path, { why, next: "Check the file and its permissions." }, error);
  }
}

function toTask(architecture: string, pooling: number): string {
  if (pooling === rankPooling) return "text-classification";
  return pooling > 0 || embeddingArchitecture.test(architecture)
    ? "feature-extraction"
    : "text-generation-with-past";
}

function unreadable(path: string, why: string, cause?: unknown): OvError {
  return invalidPath(path, { why, next: "Fetch it again." }, cause);
}
