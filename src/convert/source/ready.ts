import { OvError, toReason } from "../../errors.ts";
import { tryList } from "../../models/files.ts";
import { describeModel } from "../../models/folder.ts";
import { hasTokenizerFiles } from "../../models/hf-folder.ts";
import { toRealPath } from "../../models/paths.ts";
import { findMissingTokenizers } from "../../models/problems.ts";
import { isServed, renderUnserved, usualTask } from "../../models/tasks.ts";
import type { Place, ReadySource, Source } from "./source.ts";

/** What a model that needs no export is judged by; see `ScanOptions`. */
export interface ReadyOptions {
  registered: ReadonlyMap<string, string>;
  task: string | null;
}

/** A model that the engine reads as it is; else why it cannot be registered, as a clause. */
export async function lookAtReady(
  kind: ReadySource["kind"],
  { folder, label, path }: Place,
  { registered, task }: ReadyOptions,
): Promise<Source | string> {
  const name = registered.get(toRealPath(path));
  if (name !== undefined) return `already registered as "${name}"`;
  try {
    const found = await describeModel(path, { bare: true });
    if (found.task !== null && !isServed(found.task)) return renderUnserved(found.task);
    const files = kind === "openvino" ? (tryList(path) ?? []) : [];
    const missing = kind === "openvino" ? findMissingTokenizers(new Set(files), found.task) : [];
    if (missing.length > 0 && !hasTokenizerFiles(files)) {
      return `it has no ${missing.join(" and no ")}, and no tokenizer.json to make them of: fetch it completely`;
    }
    const needsTokenizer = missing.length > 0;
    return {
      kind,
      folder,
      label,
      path,
      weightFormat: found.weightFormat,
      task: found.task ?? task ?? usualTask,
      needsTokenizer,
    };
  } catch (error) {
    if (!(error instanceof OvError) || error.facts.why === undefined) return toReason(error);
    const { why, next } = error.facts;
    return kind === "gguf" && next !== undefined ? `${why}: ${toClause(next)}` : why;
  }
}

/** A sentence as the end of another. */
function toClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;
}
