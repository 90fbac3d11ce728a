import type { LoadedSettings } from "../../config/load.ts";
import { type ErrorFacts, OvError, toCauseFacts } from "../../errors.ts";
import { createLoadTester } from "../../library/trial.ts";
import type { Log } from "../../log.ts";
import { describeModel } from "../../models/folder.ts";
import { isExport, type Planned } from "../plan/plan.ts";

export interface ModelCheck {
  /** Throws when the model at the path does not work. Else why what it writes cannot be trusted, as a clause; null: nothing. */
  check(planned: Planned, path: string): Promise<string | null>;
  dispose(): void;
}

/** Checks the files, then loads the model for its task and uses it once. Throws `engine_unavailable` when no engine is installed. */
export function createModelCheck(loaded: LoadedSettings, log: Log, signal: AbortSignal): ModelCheck {
  const tester = createLoadTester(loaded, log, signal);
  return {
    async check(planned, path) {
      await describeModel(path).catch((error: unknown) => {
        throw unusable(planned, toProblem(error), error);
      });
      const { name, task, weightFormat } = planned;
      const { problem, doubt } = await tester.test(name, { path, task, weight_format: weightFormat });
      if (problem !== null) throw unusable(planned, { why: problem });
      return doubt;
    },
    dispose: tester.dispose,
  };
}

/** Without the path of the folder, which is gone by the time that a person reads it. */
function toProblem(error: unknown): Omit<ErrorFacts, "what"> {
  const { why, next } = error instanceof OvError ? error.facts : {};
  return why === undefined ? toCauseFacts(error) : { why, ...(next === undefined ? {} : { next }) };
}

function unusable(planned: Planned, because: Omit<ErrorFacts, "what">, cause?: unknown): OvError {
  const what = isExport(planned)
    ? "The model was written, but it does not work"
    : `Cannot register ${JSON.stringify(planned.source.folder)}`;
  return new OvError("conversion_failed", { what, ...because }, { cause });
}
