import type { Model } from "../api/openai/models.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { ModelFacts } from "../models/facts.ts";
import type { CatalogModel } from "./catalog.ts";
import type { Rates } from "./rates.ts";

export interface ModelViewDeps {
  pool: Pool;
  rates: Rates;
  facts: (path: string) => Promise<ModelFacts>;
}

/** A model as the API shows it: its entry, its files, and how it is now. */
export function createModelView({ pool, rates, facts }: ModelViewDeps) {
  return async ({ name, entry }: CatalogModel): Promise<Model> => {
    const { contextLength, modified } = await facts(entry.path);
    const status = pool.status().get(name);
    return {
      id: name,
      object: "model",
      created: modified,
      owned_by: "ov-llm",
      loaded: status?.state === "ready",
      state: status?.state ?? "unloaded",
      device: status?.device ?? null,
      context_length: status?.contextLength ?? entry.context_length ?? contextLength,
      task: entry.task,
      weight_format: entry.weight_format,
      aliases: entry.aliases ?? [],
      pinned: entry.pinned ?? false,
      engine: status?.engine ?? null,
      loaded_at: status?.loadedAt ?? null,
      idle_unload_at: status?.idleUnloadAt ?? null,
      memory_bytes: status?.memory ?? null,
      running: status?.running ?? 0,
      waiting: status?.waiting ?? 0,
      tokens_per_second: status?.model ? rates.read(status.model) : null,
    };
  };
}
