import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { invalidPath } from "./description.ts";
import { isOpenVinoFolder } from "./files.ts";
import { listGgufModels } from "./gguf-files.ts";
import { toGgufFormat } from "./ready-made.ts";

/**
 * The one .gguf model that a folder holds in place of an OpenVINO one, or the one in the format `quant`, such as Q8_0; any
 * other path as it is. Throws `model_path_invalid` where several could be meant.
 */
export async function chooseGgufIn(path: string, quant: string | null): Promise<string> {
  const files = await readdir(path).catch(() => []);
  const models = listGgufModels(files);
  if (quant === null && (isOpenVinoFolder(files) || hasWeights(files))) return path;
  const fitting = models.filter((name) => quant === null || toGgufFormat(name) === quant.toLowerCase());
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) return join(path, only);
  if (models.length === 0 && quant === null) return path;
  throw invalidPath(path, explainChoice(models, fitting, quant));
}

export function hasWeights(files: readonly string[]): boolean {
  return files.some((name) => /\.(safetensors|bin|pt|pth)$/.test(name));
}

/** Why the .gguf models of a folder leave a choice open. */
function explainChoice(
  models: readonly string[],
  fitting: readonly string[],
  quant: string | null,
): { why: string; next: string } {
  const which = quant === null ? "" : ` in ${quant}`;
  const count = fitting.length === 0 ? "no .gguf model" : "several .gguf models";
  const there = models.length === 0 ? "" : `: ${models.join(", ")}`;
  return {
    why: `it holds ${count}${which}${there}`,
    next: "Name one file, or choose one by its format, such as --quant Q8_0.",
  };
}
