import { OvError } from "../errors.ts";
import { mainOperation } from "../models/tasks.ts";
import { findNearest } from "../nearest.ts";
import { listOtherNames } from "../registry/schema.ts";
import type { ModelFacts, Subject } from "./subject.ts";
import { checkTriable } from "./trial.ts";

/** The model to try: `asked`, else the largest that writes text and fits in half of the memory. Throws the reason if there is none. */
export function chooseModel({ registry, machine }: Subject, asked: string | undefined): ModelFacts {
  if (asked !== undefined) return findAsked(registry.models, asked);
  const able = registry.models.filter(
    ({ problem, size, entry }) =>
      problem === null &&
      (size ?? 0) < machine.memory.available / 2 &&
      mainOperation(entry.task) === "generate",
  );
  const [largest] = able.toSorted((a, b) => (b.size ?? 0) - (a.size ?? 0));
  if (largest !== undefined) return largest;
  throw new OvError("model_required", {
    what: "There is no model for a trial",
    why: "none that writes text is registered, complete and small enough for the memory that is available",
    next: 'Get a small one with "ov-llm setup --starter", or name one with --model.',
  });
}

function findAsked(models: ModelFacts[], asked: string): ModelFacts {
  const found = models.find(({ name, entry }) => name === asked || listOtherNames(entry).includes(asked));
  if (found === undefined) {
    const near = findNearest(
      asked,
      models.flatMap(({ name, entry }) => [name, ...listOtherNames(entry)]),
    );
    const why =
      near[0] === undefined ? "it is not in the registry" : `did you mean ${JSON.stringify(near[0])}?`;
    throw new OvError("model_not_found", { what: `Cannot find model ${JSON.stringify(asked)}`, why });
  }
  checkTriable(found.name, found.entry);
  if (found.problem !== null) throw new OvError("model_path_invalid", found.problem);
  return found;
}

/** Those that the model could run on; what combines devices is none. */
export function listDevices({ engines }: Subject): string[] {
  const seen = engines.flatMap(({ state, devices }) => (state === "ready" ? devices : []));
  return [...new Set(seen)];
}
