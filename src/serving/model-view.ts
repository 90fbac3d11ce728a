import type { Pool } from "../engine/pool/pool.ts";
import type { ModelStatus } from "../engine/pool/status.ts";
import type { ModelFacts } from "../models/facts.ts";
import { type Operation, servedOperations } from "../models/tasks.ts";
import type { CatalogModel } from "./catalog.ts";
import type { Rates } from "./rates.ts";

/** A model as it is seen from outside: its entry, its files, and how it is now. */
export interface ModelView extends CatalogModel {
  facts: ModelFacts;
  /** Undefined: it is not loaded. */
  status: ModelStatus | undefined;
  /** Of its last work, all requests together; null: it has generated none since its load. */
  tokensPerSecond: number | null;
  /** What it can be asked for here. */
  operations: readonly Operation[];
}

export interface ModelViewDeps {
  pool: Pick<Pool, "status">;
  rates: Pick<Rates, "read">;
  facts: (path: string) => Promise<ModelFacts>;
}

export function createModelView({ pool, rates, facts }: ModelViewDeps) {
  return async ({ name, entry }: CatalogModel): Promise<ModelView> => {
    const status = pool.status().get(name);
    return {
      name,
      entry,
      facts: await facts(entry.path),
      status,
      tokensPerSecond: status?.model ? rates.read(status.model) : null,
      operations: servedOperations(entry.task),
    };
  };
}
