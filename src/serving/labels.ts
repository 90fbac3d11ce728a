import { OvError } from "../errors.ts";
import type { ReadyMessage } from "../protocol/load.ts";
import type { CatalogModel } from "./catalog.ts";

/**
 * Throws `task_unsupported` where a loaded model has another number of labels than the operation needs: the task
 * `text-classification` is of both kinds, and only the network shows which.
 */
export function checkOffered(
  operation: "rank" | "classify",
  { name }: Pick<CatalogModel, "name">,
  { operations, labels }: ReadyMessage,
): void {
  if (operations.includes(operation)) return;
  const isRanker = operations.includes("rank");
  if (!isRanker && labels === undefined) return;
  const facts = isRanker
    ? {
        what: `Model ${JSON.stringify(name)} does not classify`,
        why: "it has a single label, which is a score",
        next: "Use POST /v1/score or /v1/rerank for it, or a model with several labels.",
      }
    : {
        what: `Model ${JSON.stringify(name)} does not rank`,
        why: `it has ${labels?.length} labels instead of a single score`,
        next: "Use POST /v1/classify for it, or a model with a single label.",
      };
  throw new OvError("task_unsupported", facts, { param: "model" });
}
