import type { Pool } from "../engine/pool/pool.ts";
import { OvError } from "../errors.ts";
import type { ModelFacts } from "../models/facts.ts";
import { servedOperations } from "../models/tasks.ts";
import type { ReadyMessage } from "../protocol/load.ts";
import type { CatalogModel } from "./catalog.ts";

/** Those that the task `text-classification` has both of, and its models one: their number of labels decides. */
type Labelling = "rank" | "classify";

export interface LabelDeps {
  /** The number of labels in the files at a path. */
  facts: (path: string) => Promise<ModelFacts>;
  pool: Pick<Pool, "peek">;
}

/**
 * Throws `task_unsupported` where a model has another number of labels than the operation needs, by its files: so none is
 * loaded for nothing. `checkOffered` knows it where they do not show it. They are not read where the model is loaded and
 * offers the operation.
 */
export async function checkLabels(
  operation: Labelling,
  { name, entry }: CatalogModel,
  { facts, pool }: LabelDeps,
): Promise<void> {
  if (pool.peek(name)?.host.ready.operations.includes(operation)) return;
  if (!servedOperations(entry.task).includes("classify")) return;
  const labels = (await facts(entry.path)).description?.labels ?? null;
  if (labels !== null && (labels === 1) !== (operation === "rank")) throw refuse(name, labels);
}

/** The same of a loaded model, whose network shows its labels. */
export function checkOffered(
  operation: Labelling,
  { name }: Pick<CatalogModel, "name">,
  { operations, labels }: ReadyMessage,
): void {
  if (operations.includes(operation)) return;
  if (operations.includes("rank")) throw refuse(name, 1);
  if (labels !== undefined) throw refuse(name, labels.length);
}

function refuse(name: string, labels: number): OvError {
  const facts =
    labels === 1
      ? {
          what: `Model ${JSON.stringify(name)} does not classify`,
          why: "it has a single label, which is a score",
          next: "Use POST /v1/score or /v1/rerank for it, or a model with several labels.",
        }
      : {
          what: `Model ${JSON.stringify(name)} does not rank`,
          why: `it has ${labels} labels instead of a single score`,
          next: "Use POST /v1/classify for it, or a model with a single label.",
        };
  return new OvError("task_unsupported", facts, { param: "model" });
}
