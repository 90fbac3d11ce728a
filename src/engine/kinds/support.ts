import { type ErrorFacts, OvError } from "../../errors.ts";
import { findTaskRefusal } from "../../models/served.ts";
import type { Operation } from "../../models/tasks.ts";
import type { LoadMessage } from "../../protocol/load.ts";

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

/** Whether a kind of engine can run a model; null: it can, otherwise why not. */
export type Supports = (model: Wanted, operation: Operation) => Refusal | null;

/** Every kind refuses the tasks that ov-llm does not serve. */
export function refuseTask({ task }: Wanted, operation: Operation): Refusal | null {
  const refusal = findTaskRefusal(task, operation);
  return refusal && { code: "task_unsupported", ...refusal };
}

export function toRefused({ name }: Wanted, { code, why, next }: Refusal): OvError {
  return new OvError(code, { what: `Cannot load model "${name}"`, why, next });
}
