import { accessSync, type BigIntStats, constants, type StatsBase } from "node:fs";
import { join } from "node:path";
import type { ErrorFacts } from "../errors.ts";
import { tryStat } from "../files.ts";
import { listGgufModels } from "./gguf-files.ts";
import { findTask } from "./tasks.ts";

export type Problem = Omit<ErrorFacts, "what">;

const convertAgain = "Convert the model again with `ov-llm convert`, or fetch its files again.";
const tokenizers: readonly string[] = ["openvino_tokenizer.xml", "openvino_detokenizer.xml"];

/** Why nobody can read what is at a path, whatever it holds; null: it is a folder or a file that this user can read. */
export function findPathProblem(
  path: string,
  found: Pick<StatsBase<unknown>, "isDirectory" | "isFile">,
): Problem | null {
  if (!found.isDirectory() && !found.isFile()) {
    const next = "Name an OpenVINO model folder or a .gguf file.";
    return { why: "it is neither a folder nor a file", next };
  }
  try {
    accessSync(path, found.isDirectory() ? constants.R_OK | constants.X_OK : constants.R_OK);
    return null;
  } catch {
    return { why: "this user cannot read it", next: "Change its permissions." };
  }
}

/** Why a folder holds no whole networks of OpenVINO; null: it does. */
export function findFolderProblem(path: string, files: ReadonlySet<string>): Problem | null {
  const networks = [...files].filter(
    (name) => /^openvino_.*model\.xml$/.test(name) && !tokenizers.includes(name),
  );
  // Its parts lie in folders of their own.
  if (files.has("model_index.json")) return null;
  if (networks.length === 0) return explainNoNetwork(path, files);
  const parts = networks.flatMap((name) => [name, name.replace(/xml$/, "bin")]);
  // The engine would wait for what never comes.
  const found = new Map([...files].map((name) => [name, tryStat(join(path, name))]));
  const odd = explainOdd(found);
  if (odd !== null) return { why: odd, next: "Remove it, or convert the model again." };
  const empty = parts.filter((name) => found.get(name)?.size === 0n);
  if (empty.length > 0) {
    return { why: `it is an incomplete export with an empty ${empty.join(" and ")}`, next: convertAgain };
  }
  // Also a link whose file is gone.
  const missing = parts.filter((name) => !found.get(name));
  if (missing.length > 0) {
    return { why: `it is an incomplete export without ${missing.join(" and ")}`, next: convertAgain };
  }
  return null;
}

/** Which tokenizers a model of that task lacks, null meaning a language model; null: none. */
export function findTokenizerProblem(files: ReadonlySet<string>, task: string | null): Problem | null {
  const missing = findMissingTokenizers(files, task);
  return missing.length === 0 ? null : { why: `it has no ${missing.join(" and no ")}`, next: convertAgain };
}

/** The tokenizer and detokenizer that a folder lacks, where models of the task need them. */
export function findMissingTokenizers(files: ReadonlySet<string>, task: string | null): string[] {
  return toTokenizers(task).filter((name) => !files.has(name));
}

/** What turns text into tokens and back, where models of the task need it. */
function toTokenizers(name: string | null): string[] {
  const task = findTask(name ?? "");
  const operations = task?.operations ?? ["generate", "tokenize"];
  // A model that transcribes reads prompts and writes text, although nobody else may use its tokenizer.
  if (operations.includes("transcribe")) return [...tokenizers];
  return tokenizers.filter((_, index) => operations.includes(index === 0 ? "tokenize" : "generate"));
}

function explainNoNetwork(path: string, files: ReadonlySet<string>): Problem {
  const names = [...files].filter((name) => !name.startsWith("openvino_"));
  const [gguf, ...others] = listGgufModels(names);
  if (others.length > 0) {
    const why = `it is a folder with several .gguf models: ${listGgufModels(names).join(", ")}`;
    return { why, next: "Name one of these files." };
  }
  if (gguf !== undefined) {
    return { why: "it is a folder with a .gguf file", next: `Name the file itself: ${join(path, gguf)}.` };
  }
  if (names.some((name) => /\.(safetensors|bin|pt|pth)$/.test(name)) && files.has("config.json")) {
    const why = "it is a raw Hugging Face model, not an OpenVINO one";
    return { why, next: `Convert it: \`ov-llm convert ${JSON.stringify(path)}\`.` };
  }
  if (names.length < files.size) {
    return { why: "it is an incomplete export without openvino_model.xml", next: convertAgain };
  }
  const next = "Name a folder that `ov-llm convert` made, or a .gguf file.";
  return { why: "it holds no OpenVINO model (no openvino_model.xml)", next };
}

/** What of these is a FIFO, a device or a socket, as a clause: whoever reads it waits without end. null: nothing. */
export function findOdd(path: string, files: readonly string[]): string | null {
  return explainOdd(new Map(files.map((name) => [name, tryStat(join(path, name))])));
}

function explainOdd(files: ReadonlyMap<string, BigIntStats | null>): string | null {
  const [odd] = [...files].find(([, found]) => found && !found.isFile() && !found.isDirectory()) ?? [];
  return odd === undefined ? null : `${odd} in it is neither a file nor a folder`;
}
