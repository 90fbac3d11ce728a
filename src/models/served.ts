import { type ErrorFacts, OvError } from "../errors.ts";
import type { ModelDescription } from "./description.ts";
import { findTask, isServed, mayHaveNetworks, type Operation, renderUnserved } from "./tasks.ts";

/**
 * Why a model of that task cannot be asked for the operation, or for anything; null: it can. A task that ov-llm does not
 * know leaves the decision to the model's files.
 */
export function findTaskRefusal(
  task: string,
  operation?: Operation,
): Required<Pick<ErrorFacts, "why" | "next">> | null {
  if (findTask(task) === null || isServed(task, operation)) return null;
  return {
    why: isServed(task)
      ? `its task ${JSON.stringify(task)} does not offer the operation "${operation}"`
      : renderUnserved(task),
    next: "Use a model of another task.",
  };
}

/** Throws `task_unsupported` for a model that cannot be asked for anything. `what`: what fails, such as `Cannot add "x"`. */
export function checkServed(what: string, task: string): void {
  const refusal = findTaskRefusal(task);
  if (refusal !== null) throw new OvError("task_unsupported", { what, ...refusal }, { param: "model" });
}

/**
 * Throws when a registered model cannot be used as its entry states: `model_path_invalid` where its files are of another
 * task, `task_unsupported` where the task is not served. A task that ov-llm does not know leaves it to the files.
 */
export function checkEntryTask(name: string, stated: string, found: ModelDescription): void {
  if (found.task !== null && !mayHaveNetworks(stated, found.task)) {
    const what = `Cannot use model ${JSON.stringify(name)} for ${JSON.stringify(stated)}`;
    const why = `its files are of a model for ${JSON.stringify(found.task)}`;
    const next = `Correct the path ${JSON.stringify(found.path)}, or the task, with "ov-llm models set".`;
    throw new OvError("model_path_invalid", { what, why, next });
  }
  const what = `Cannot use model ${JSON.stringify(name)}`;
  checkServed(what, findTask(stated) === null ? (found.task ?? stated) : stated);
}
