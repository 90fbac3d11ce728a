import type { Catalog } from "../../serving/catalog.ts";
import { createModelView, type ModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { bodiless, type Route } from "../route.ts";
import { openai } from "./errors.ts";
import { Model, ModelList } from "./responses.ts";

export interface ModelsRoutesDeps extends ModelViewDeps {
  catalog: Catalog;
}

/** GET /v1/models and /v1/models/{id} */
export function createModelsRoutes({ catalog, ...deps }: ModelsRoutesDeps): Route[] {
  const view = createModelView(deps);
  return [
    bodiless({
      method: "GET",
      path: "/v1/models",
      dialect: openai,
      async handle() {
        const views = await Promise.all(catalog.list().map(view));
        return { type: "json", body: { object: "list", data: views.map(toModel) } satisfies ModelList };
      },
      doc: { summary: "List the registered models", answer: { "application/json": ModelList } },
    }),
    bodiless({
      method: "GET",
      path: "/v1/models/:id",
      dialect: openai,
      handle: async ({ params: { id } }) => ({
        type: "json",
        body: toModel(await view(catalog.resolve(id))),
      }),
      doc: {
        summary: "Show one model",
        answer: { "application/json": Model },
        errors: ["model_not_found"],
      },
    }),
  ];
}

export function toModel({ name, entry, facts, status }: ModelView): Model {
  return {
    id: name,
    object: "model",
    created: facts.modified,
    owned_by: "ov-llm",
    loaded: status?.state === "ready",
    state: status?.state ?? "unloaded",
    device: status?.device ?? null,
    context_length: status?.contextLength ?? entry.context_length ?? facts.contextLength,
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
    tokens_per_second: status?.tokensPerSecond ?? null,
  };
}
