import { type ErrorFacts, OvError } from "../../errors.ts";
import { findTask, isServed, renderUnserved } from "../../models/tasks.ts";
import type { LoadMessage } from "../../protocol/load.ts";
import type { OperationName } from "../../protocol/operations.ts";

/** What decides which kind of engine can run a model. */
export interface Wanted {
  name: string;
  task: string;
  device: string;
  properties: LoadMessage["properties"];
}

/** Why a kind of engine cannot run a model: the reason, and the next step as whole sentences. */
export interface Refusal extends Required<Pick<ErrorFacts, "why" | "next">> {
  code: "task_unsupported" | "model_load_failed";
}

/** What a kind of engine can run; null: it can, else why not. */
export type Supports = (model: Wanted, operation: OperationName) => Refusal | null;

/** A task that ov-llm does not know leaves the decision to the model's files, which are checked before. */
export function refuseTask({ task }: Wanted, operation: OperationName): Refusal | null {
  if (findTask(task) === null || isServed(task, operation)) return null;
  return {
    code: "task_unsupported",
    why: isServed(task)
      ? `models of the task "${task}" do not offer the operation "${operation}"`
      : renderUnserved(task),
    next: "Register a model of another task for it.",
  };
}

export function toRefused({ name }: Wanted, { code, why, next }: Refusal): OvError {
  return new OvError(code, { what: `Cannot load model "${name}"`, why, next });
}
