import type { Log } from "../log.ts";
import type { Events } from "../serving/events.ts";
import type { ModelProblem } from "../serving/model-problems.ts";

export interface ProblemLogOptions {
  log: Log;
  events: Pick<Events, "publish">;
  find: () => ModelProblem[];
  findDefaultProblem: () => string | null;
}

/** When called, warns about each model that cannot be served, once as long as that lasts. Failed loads are already in the log. */
export function createProblemLog({ log, events, find, findDefaultProblem }: ProblemLogOptions): () => void {
  let known: ReadonlySet<string> = new Set();
  return () => {
    const reasons = find()
      .filter(({ kind }) => kind !== "load")
      .map(({ reason }) => reason)
      .concat(findDefaultProblem() ?? []);
    for (const reason of reasons.filter((found) => !known.has(found))) {
      events.publish({ topic: "registry", type: "problem", reason });
      log.warn(reason);
    }
    known = new Set(reasons);
  };
}
