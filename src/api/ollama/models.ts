import { type Static, Type } from "@sinclair/typebox";
import type { Catalog } from "../../serving/catalog.ts";
import { createModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { nullable } from "../nullable.ts";
import { bodiless, type Route, withJson } from "../route.ts";
import { ollama } from "./errors.ts";
import { LoadedList, ModelList, toLoadedList, toModelList } from "./model-list.ts";
import { toKnownName } from "./names.ts";
import { Shown, toShown } from "./show.ts";

/**
 * The release of Ollama whose API this is. Clients compare it with the one that they need, as VS Code does before it lists any
 * model, so it cannot be ours.
 */
const apiVersion = "0.32.15";

const Version = Type.Object({
  version: Type.String({ description: "The version of Ollama whose API this follows" }),
});

/** Older clients send `name`. */
export const Named = Type.Object(
  {
    model: nullable(Type.String({ description: "A name or alias of the registry" })),
    name: nullable(Type.String({ description: "Older than `model`" })),
  },
  { additionalProperties: true },
);

export function toAsked({ model, name }: Static<typeof Named>): string {
  return model || name || "";
}

export interface ModelsRoutesDeps extends ModelViewDeps {
  catalog: Catalog;
}

/** GET /api/version, /api/tags and /api/ps, POST /api/show */
export function createModelsRoutes({ catalog, ...deps }: ModelsRoutesDeps): Route[] {
  const view = createModelView(deps);
  const viewAll = () => Promise.all(catalog.list().map(view));
  return [
    bodiless({
      method: "GET",
      path: "/api/version",
      dialect: ollama,
      quiet: true,
      handle: () => ({ type: "json", body: { version: apiVersion } satisfies Static<typeof Version> }),
      doc: { summary: "Show the version of Ollama's API", answer: { "application/json": Version } },
    }),
    bodiless({
      method: "GET",
      path: "/api/tags",
      dialect: ollama,
      quiet: true,
      handle: async () => ({ type: "json", body: toModelList(await viewAll()) }),
      doc: { summary: "List the registered models", answer: { "application/json": ModelList } },
    }),
    bodiless({
      method: "GET",
      path: "/api/ps",
      dialect: ollama,
      quiet: true,
      handle: async () => ({ type: "json", body: toLoadedList(await viewAll()) }),
      doc: { summary: "List the models in memory", answer: { "application/json": LoadedList } },
    }),
    withJson(Named, {
      method: "POST",
      path: "/api/show",
      dialect: ollama,
      quiet: true,
      async handle({ body, notes }) {
        const model = catalog.resolve(toKnownName(catalog, toAsked(body)));
        notes.set({ model: model.name });
        return { type: "json", body: toShown(await view(model)) };
      },
      doc: {
        summary: "Show one model",
        answer: { "application/json": Shown },
        errors: ["model_not_found", "model_required"],
      },
    }),
  ];
}
