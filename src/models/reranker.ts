import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { readJsonFile } from "./hf-config.ts";

const Modules = Type.Array(Type.Object({ type: Type.String() }));

/**
 * Whether a language model is one that ranks by whether it answers "yes", in the form of Qwen3-Reranker: its config.json is that
 * of any Qwen3, so its name shows it, or modules.json of sentence-transformers. `label`: what its folder is called.
 */
export function isReranker(label: string, modelType: string | undefined, path?: string): boolean {
  if (modelType !== "qwen3") return false;
  const modules = path === undefined ? [] : (readJsonFile(join(path, "modules.json"), Modules) ?? []);
  return /rerank/i.test(label) || modules.some(({ type }) => type.endsWith(".LogitScore"));
}
