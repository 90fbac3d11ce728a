import type { ModelStatus } from "../engine/pool/slot.ts";
import type { ModelFacts } from "../models/facts.ts";
import type { CatalogModel } from "./catalog.ts";

/** A model as it is seen from outside: its entry, its files, and how it is now. */
export interface ModelView extends CatalogModel {
  facts: ModelFacts;
  /** Undefined: it is not loaded. */
  status: ModelStatus | undefined;
}

export interface ModelViewDeps {
  pool: { status(): ReadonlyMap<string, ModelStatus> };
  facts: (path: string) => Promise<ModelFacts>;
}

export function createModelView({ pool, facts }: ModelViewDeps) {
  return async ({ name, entry }: CatalogModel): Promise<ModelView> => ({
    name,
    entry,
    facts: await facts(entry.path),
    status: pool.status().get(name),
  });
}
