import { existsSync } from "node:fs";
import type { Pool } from "../engine/pool/pool.ts";
import { renderFacts } from "../errors.ts";
import type { FindFilesProblem } from "../models/files-check.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import type { Catalog } from "./catalog.ts";

/** Why the engine and device of an entry cannot run it, as a sentence; null: no reason is known. */
export type FindEngineProblem = (entry: Pick<RegistryEntry, "engine" | "device">) => string | null;

/** Why a request for a model would not be served. */
export interface ModelProblem {
  name: string;
  kind: "missing" | "files" | "engine" | "load";
  /** A sentence. */
  reason: string;
  /** The last load failed, but the next request tries again. */
  passed: boolean;
}

export interface ModelProblemsDeps {
  catalog: Pick<Catalog, "list">;
  pool: Pick<Pool, "failures">;
  findEngineProblem: FindEngineProblem;
  findFilesProblem: FindFilesProblem;
}

/** At most one for each model, without a process or a request: its files, its engine and device, its last load. */
export function findModelProblems({
  catalog,
  pool,
  findEngineProblem,
  findFilesProblem,
}: ModelProblemsDeps): ModelProblem[] {
  const failures = pool.failures();
  return catalog.list().flatMap(({ name, entry }): ModelProblem[] => {
    const what = `Model ${JSON.stringify(name)} cannot be served`;
    if (!existsSync(entry.path)) {
      const reason = `${what}: there is nothing at ${JSON.stringify(entry.path)}. ${restore(name)}`;
      return [{ name, kind: "missing", reason, passed: false }];
    }
    const files = findFilesProblem(entry.path, entry.task);
    if (files !== null) {
      const facts = { what: `${what} from ${JSON.stringify(entry.path)}`, ...files };
      return [{ name, kind: "files", reason: renderFacts(facts), passed: false }];
    }
    const engine = findEngineProblem(entry);
    if (engine !== null) return [{ name, kind: "engine", reason: `${what}: ${engine}`, passed: false }];
    const failure = failures.get(name);
    if (failure === undefined) return [];
    const reason = `The last load of model ${JSON.stringify(name)} failed: ${failure.reason}`;
    return [{ name, kind: "load", reason, passed: !failure.cooling }];
  });
}

function restore(name: string): string {
  return `Restore or mount its files, or correct its path: "ov-llm models set ${name} path=…", or OV_MODEL_PATH.`;
}
