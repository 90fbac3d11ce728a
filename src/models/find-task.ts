import { basename, join } from "node:path";
import { findArchitectureTask } from "./architectures.ts";
import { readIrInputs, readIrOutputs } from "./ir.ts";
import { isReranker } from "./reranker.ts";
import { findTask, mayHaveNetworks } from "./tasks.ts";

const generation = "text-generation-with-past";
const speech = "automatic-speech-recognition-with-past";

/** What an OpenVINO folder shows and states of its task. */
export interface TaskEvidence {
  path: string;
  files: ReadonlySet<string>;
  /** As conversion.json or the folder's own name states it; null: neither does. */
  stated: string | null;
  /** `architectures` of config.json. */
  architectures: readonly string[];
  /** `model_type` of config.json. */
  modelType?: string | undefined;
}

/**
 * What a model does, by what the engine will really find: the inputs and outputs of its networks. What is stated counts
 * where it does not contradict them, and config.json where nothing else is known. null: nothing of it shows a task.
 */
export function findFolderTask(evidence: TaskEvidence): string | null {
  const { path, files, stated, architectures, modelType } = evidence;
  const shown = findShownTask(path, files, architectures);
  if (shown === null) return stated ?? findArchitectureTask(architectures);
  // What it was exported for is stated; that it ranks is not.
  if (shown === generation && isReranker(basename(path), modelType, path)) return "text-ranking";
  // A name that ov-llm does not know says less than the networks do.
  return stated !== null && findTask(stated) !== null && mayHaveNetworks(stated, shown) ? stated : shown;
}

/** By the networks alone, with the architecture where several tasks have the same ones. */
function findShownTask(
  path: string,
  files: ReadonlySet<string>,
  architectures: readonly string[],
): string | null {
  if (files.has("model_index.json")) return "text-to-image";
  if (files.has("openvino_language_model.xml")) return "image-text-to-text";
  if (files.has("openvino_decoder_postnet.xml") || files.has("openvino_postnet.xml")) return "text-to-audio";
  if (files.has("openvino_encoder_model.xml")) {
    const inputs = readIrInputs(join(path, "openvino_encoder_model.xml"));
    if (inputs.some((name) => name === "input_features" || name === "input_values")) return speech;
    if (inputs.includes("input_ids")) return "text2text-generation-with-past";
    return inputs.includes("pixel_values") ? "image-to-text" : findArchitectureTask(architectures);
  }
  return findNetworkTask(join(path, "openvino_model.xml"), architectures);
}

/** The names are those that optimum-intel gives to inputs and outputs. */
function findNetworkTask(file: string, architectures: readonly string[]): string | null {
  const inputs = readIrInputs(file);
  if (inputs.some((name) => name === "beam_idx" || name.startsWith("past_key_values"))) return generation;
  const outputs = readIrOutputs(file);
  if (outputs.some(({ name }) => embeddings.includes(name))) return "feature-extraction";
  const logits = outputs.find(({ name }) => name === "logits");
  if (logits === undefined) return null;
  // One row of numbers for a whole text, where a language model has one for each token.
  const isOfText = inputs.includes("input_ids") && logits.rank === 2;
  return findArchitectureTask(architectures) ?? (isOfText ? "text-classification" : null);
}

const embeddings: readonly string[] = ["last_hidden_state", "sentence_embedding", "token_embeddings"];
