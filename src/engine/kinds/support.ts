import { type ErrorFacts, OvError } from "../../errors.ts";
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

const text: readonly OperationName[] = ["generate", "tokenize", "detokenize"];

/**
 * What hosts offer for each task, in Optimum's names. Both kinds of engine run text models and nothing else yet.
 * `unknown` is the task of a folder whose files do not state one: loading it shows whether it is a text model.
 */
const operationsOfTask: Readonly<Record<string, readonly OperationName[]>> = {
  "text-generation": text,
  "text-generation-with-past": text,
  unknown: text,
};

export function refuseTask({ task }: Wanted, operation: OperationName): Refusal | null {
  if (operationsOfTask[task]?.includes(operation)) return null;
  return {
    code: "task_unsupported",
    why: `no engine offers "${operation}" for the task "${task}"`,
    next: `It is offered for ${Object.keys(operationsOfTask).join(", ")}.`,
  };
}

export function toRefused({ name }: Wanted, { code, why, next }: Refusal): OvError {
  return new OvError(code, { what: `Cannot load model "${name}"`, why, next });
}
