import type { LoadFailure } from "../../src/engine/pool/cooldown.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import type { HealthDeps } from "../../src/serving/health.ts";

export interface ServedOptions {
  models?: Record<string, Partial<RegistryEntry>>;
  /** Why the registry cannot be read. */
  reason?: string | null;
  /** Why entries are skipped. */
  skipped?: string[];
  failures?: Record<string, LoadFailure>;
  findEngineProblem?: HealthDeps["findEngineProblem"];
  findFilesProblem?: HealthDeps["findFilesProblem"];
}

/** What health looks at, in memory. A model's path exists unless it states another one. */
export function createServed({
  models = {},
  reason = null,
  skipped = [],
  failures = {},
  findEngineProblem = () => null,
  findFilesProblem = () => null,
}: ServedOptions = {}): Omit<HealthDeps, "version" | "started" | "engine"> {
  const list = Object.entries(models).map(([name, given]) => ({
    name,
    entry: { path: "/", task: "text-generation-with-past", weight_format: "int8", ...given },
  }));
  const snapshot = {
    entries: new Map(list.map(({ name, entry }) => [name, entry])),
    state: reason === null ? ("ok" as const) : ("degraded" as const),
    reason,
    problems: skipped.map((sentence) => ({ name: "skipped", reason: sentence })),
    hints: [],
  };
  return {
    registry: { current: () => snapshot },
    catalog: { list: () => list, defaultProblem: () => null },
    pool: { status: () => new Map(), failures: () => new Map(Object.entries(failures)) },
    findEngineProblem,
    findFilesProblem,
  };
}
