import { tryStat } from "../files.ts";
import { tryList } from "./files.ts";
import { findFolderProblem, findPathProblem, findTokenizerProblem, type Problem } from "./problems.ts";
import { findTask } from "./tasks.ts";

/** Why a model of that task cannot be served from the files at a path; null: they show no reason, or there is nothing. */
export type FindFilesProblem = (path: string, task: string) => Problem | null;

/**
 * By the names and sizes of its files alone, for whoever asks often: it reads a folder that had no problem only when that has
 * changed, else it costs one stat. Throws nothing.
 */
export function createFilesCheck(): FindFilesProblem {
  const good = new Map<string, string>();
  return (path, task) => {
    const found = tryStat(path);
    if (found === null) return null;
    // The last one changes with its permissions.
    const stamp = [task, found.ino, found.mtimeNs, found.ctimeNs].join(" ");
    if (good.get(path) === stamp) return null;
    const barred = findPathProblem(path, found);
    if (barred !== null) return barred;
    const files = found.isDirectory() ? tryList(path) : [];
    // Perhaps it has just gone, or its disk fails for now; whoever reads it says why it cannot be read.
    if (files === null) return null;
    const problem = found.isDirectory() ? judge(path, new Set(files), task) : null;
    if (problem === null) good.set(path, stamp);
    return problem;
  };
}

function judge(path: string, files: ReadonlySet<string>, task: string): Problem | null {
  const problem = findFolderProblem(path, files);
  // Those of a pipeline lie with its parts; what a task of tomorrow needs, nobody knows.
  if (problem !== null || files.has("model_index.json") || findTask(task) === null) return problem;
  return findTokenizerProblem(files, task);
}
