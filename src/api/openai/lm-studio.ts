import { type Static, Type } from "@sinclair/typebox";
import type { Catalog } from "../../serving/catalog.ts";
import { createModelView, type ModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { orNull } from "../nullable.ts";
import { bodiless, type Route } from "../route.ts";
import { openai } from "./errors.ts";
import { toType } from "./models.ts";

const tokens = Type.Integer({ minimum: 0 });

/** LM Studio's REST API v0 (lmstudio.ai/docs/developer/rest/endpoints): what its clients show of a model. */
export const StudioModel = Type.Object({
  id: Type.String(),
  object: Type.Literal("model"),
  type: Type.String({
    description: "`llm`, `vlm`, `embeddings`; also `rerank`, `classifier`, `transcription`, `speech`",
  }),
  publisher: Type.String({ description: "The owner in `owner/model`, else `ov-llm`" }),
  arch: orNull(Type.String()),
  compatibility_type: Type.String({ description: "`gguf` or `openvino`" }),
  quantization: Type.String(),
  state: Type.Union([Type.Literal("loaded"), Type.Literal("not-loaded")]),
  max_context_length: orNull(tokens),
  loaded_context_length: Type.Optional(tokens),
  capabilities: Type.Array(Type.String({ description: "`tool_use`" })),
});

export const StudioList = Type.Object({ object: Type.Literal("list"), data: Type.Array(StudioModel) });

export type StudioModel = Static<typeof StudioModel>;

export interface StudioRoutesDeps extends ModelViewDeps {
  catalog: Pick<Catalog, "list" | "resolve">;
}

/** GET /api/v0/models and /api/v0/models/{id} */
export function createStudioRoutes({ catalog, ...deps }: StudioRoutesDeps): Route[] {
  const view = createModelView(deps);
  return [
    bodiless({
      method: "GET",
      path: "/api/v0/models",
      dialect: openai,
      async handle() {
        const views = await Promise.all(catalog.list().map(view));
        const data = views.flatMap((one) => one.names.map((name) => toStudioModel(one, name)));
        return { type: "json", body: { object: "list", data } satisfies Static<typeof StudioList> };
      },
      doc: {
        summary: "List the registered models, as in LM Studio's API",
        answer: { "application/json": StudioList },
      },
    }),
    bodiless({
      method: "GET",
      path: "/api/v0/models/:id",
      dialect: openai,
      handle: async ({ params: { id } }) => {
        const found = await view(catalog.resolve(id));
        return { type: "json", body: toStudioModel(found, id ?? found.name) };
      },
      doc: {
        summary: "Show one model, as in LM Studio's API",
        answer: { "application/json": StudioModel },
        errors: ["model_not_found"],
      },
    }),
  ];
}

function toStudioModel(view: ModelView, id: string): StudioModel {
  const { name, entry, facts, status, contextLength, capabilities } = view;
  const isLoaded = status?.state === "ready";
  return {
    id,
    object: "model",
    type: toType(view),
    publisher: name.includes("/") ? name.slice(0, name.indexOf("/")) : "ov-llm",
    arch: facts.description?.architecture ?? null,
    compatibility_type: facts.description?.form === "gguf" ? "gguf" : "openvino",
    quantization: entry.weight_format.toUpperCase(),
    state: isLoaded ? "loaded" : "not-loaded",
    max_context_length: contextLength,
    ...(isLoaded && contextLength !== null && { loaded_context_length: contextLength }),
    capabilities: capabilities.includes("tools") ? ["tool_use"] : [],
  };
}
