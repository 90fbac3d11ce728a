import { findNetworkFolder, readEmbedding } from "../../models/embedding.ts";
import { type HfFolder, readHfFolder } from "../../models/hf-folder.ts";
import { findQuantizationProblem } from "../../models/quantization.ts";
import { isServed, mainOperation, mayBeExported, renderUnserved, usualTask } from "../../models/tasks.ts";
import { findWay } from "../environment/transformers-versions.ts";
import type { Place, Source } from "./source.ts";

/** A folder of weights that can be exported, for `task` or what its files show; else why it cannot, as a clause. */
export function lookAtWeights(
  { folder, label, path }: Place,
  files: string[],
  { task }: { task: string | null },
): Source | string {
  const inner = files.includes("config.json") ? null : findNetworkFolder(path);
  if (inner !== null) {
    return `its network lies in its ${JSON.stringify(inner)}: move the files of that folder up, beside modules.json`;
  }
  const found = readHfFolder(path, files);
  if ("problem" in found) return found.problem;
  const { bytes, parameters, widths, code, isLink } = found;
  const wanted = task ?? found.task ?? usualTask;
  const exportTask = wanted === "text-ranking" ? (found.networks ?? usualTask) : wanted;
  const obstacle = findObstacle(found, wanted);
  if (obstacle !== null) return obstacle;
  const { problem } =
    mainOperation(wanted) === "embed" ? readEmbedding(path, { pickled: true }) : { problem: null };
  if (problem !== null) return `its embeddings cannot be made: ${problem}`;
  const way = findWay(found.modelType, exportTask, found.hasCode);
  return "problem" in way
    ? `unsupported architecture: ${way.problem}`
    : {
        kind: "export",
        folder,
        label,
        path,
        task: wanted,
        exportTask,
        transformers: way.transformers,
        bytes,
        parameters,
        widths,
        code,
        isLink,
      };
}

/** Why a complete model cannot be exported for the task, as a clause; null: it can be tried. */
function findObstacle(found: HfFolder, task: string): string | null {
  const { quantization, hasTokenizer } = found;
  const quantized = findQuantizationProblem(quantization);
  return (
    quantized ?? findMisfit(found, task) ?? (hasTokenizer ? null : "it has no tokenizer: fetch it completely")
  );
}

function findMisfit({ task: own, architectures, hasCode }: HfFolder, task: string): string | null {
  if (own !== null && mayBeExported(own, task)) return isServed(task) ? null : renderUnserved(task);
  if (own !== null && !isServed(own)) return renderUnserved(own);
  if (own !== null) return `it is a model for the task ${JSON.stringify(own)}`;
  if (architectures.length === 0) return null;
  // Custom code may name its architectures as it likes.
  if (hasCode && !architectures.some((name) => /For[A-Z]\w+$/.test(name))) return null;
  return `unsupported architecture: ${architectures.join(", ")} does not fit the task ${JSON.stringify(task)}`;
}
