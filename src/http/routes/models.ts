import { Elysia, t } from "elysia";
import type { ModelFacts } from "../../engine/model-facts.ts";
import type { Pool } from "../../engine/pool.ts";
import { Model, ModelList } from "../../openai/responses.ts";
import type { Catalog, CatalogModel } from "../catalog.ts";
import { documented } from "../openapi.ts";

export interface ModelsDeps {
  catalog: Catalog;
  pool: Pool;
  facts: (path: string) => Promise<ModelFacts>;
}

/** GET /v1/models and GET /v1/models/{id} */
export function models({ catalog, pool, facts }: ModelsDeps) {
  async function toModel({ name, entry }: CatalogModel): Promise<Model> {
    const status = pool.status().get(name);
    const { contextLength, modified } = await facts(entry.path);
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
    };
  }

  return new Elysia({ name: "models" })
    .get(
      "/v1/models",
      async (): Promise<ModelList> => ({
        object: "list",
        data: await Promise.all(catalog.list().map(toModel)),
      }),
      { detail: documented("List the registered models", { "application/json": ModelList }) },
    )
    .get("/v1/models/:id", ({ params }) => toModel(catalog.resolve(params.id)), {
      params: t.Object({ id: t.String() }),
      detail: documented("Show one model", { "application/json": Model }),
    });
}
