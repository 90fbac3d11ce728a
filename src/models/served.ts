import { OvError } from "../errors.ts";
import type { ModelDescription } from "./folder.ts";
import { findTask, isSameTask, isServed, type Operation, renderUnserved } from "./tasks.ts";

/**
 * Throws `task_unsupported` for a task that ov-llm knows and does not serve, or not for that operation. `what`: what
 * fails, such as `Cannot add "x"`.
 */
export function checkServed(what: string, task: string, operation?: Operation): void {
  if (findTask(task) === null || isServed(task, operation)) return;
  const why = isServed(task)
    ? `its task ${JSON.stringify(task)} does not offer the operation "${operation}"`
    : renderUnserved(task);
  throw new OvError("task_unsupported", { what, why }, { param: "model" });
}

/**
 * Throws when a registered model cannot be used as its entry states: `model_path_invalid` where its files are of another
 * task, `task_unsupported` where the task is not served. A task that ov-llm does not know leaves it to the files.
 */
export function checkEntryTask(name: string, stated: string, found: ModelDescription): void {
  if (found.task !== null && !isSameTask(stated, found.task)) {
    const what = `Cannot use model ${JSON.stringify(name)} for ${JSON.stringify(stated)}`;
    const why = `its files are of a model for ${JSON.stringify(found.task)}`;
    const next = `Correct the path ${JSON.stringify(found.path)}, or the task, with "ov-llm models set".`;
    throw new OvError("model_path_invalid", { what, why, next });
  }
  const what = `Cannot use model ${JSON.stringify(name)}`;
  checkServed(what, findTask(stated) === null ? (found.task ?? stated) : stated);
}
