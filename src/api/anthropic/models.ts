import { type Static, Type } from "@sinclair/typebox";
import type { Catalog } from "../../serving/catalog.ts";
import { createModelView, type ModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { orNull } from "../nullable.ts";
import { bodiless, type Route } from "../route.ts";
import { anthropic } from "./errors.ts";

const tokens = orNull(Type.Integer({ minimum: 0 }));

/** Anthropic API reference, "Get a Model"; its own models' families and dates are null. */
export const ModelInfo = Type.Object({
  type: Type.Literal("model"),
  id: Type.String(),
  display_name: Type.String(),
  created_at: Type.String({ format: "date-time", description: "When the model's files were last changed" }),
  max_input_tokens: Type.Union(tokens.anyOf, { description: "The context length" }),
  max_tokens: tokens,
  capabilities: Type.Null(),
  lifecycle: Type.Literal("active"),
  line: Type.Null(),
  deprecated_at: Type.Null(),
  retires_at: Type.Null(),
});

export const ModelInfoList = Type.Object({
  data: Type.Array(ModelInfo),
  has_more: Type.Boolean(),
  first_id: orNull(Type.String()),
  last_id: orNull(Type.String()),
});

export type ModelInfo = Static<typeof ModelInfo>;
export type ModelInfoList = Static<typeof ModelInfoList>;

export interface AnthropicModelsDeps extends ModelViewDeps {
  catalog: Pick<Catalog, "list" | "resolve">;
}

/** GET /v1/models and /v1/models/{id}, for requests with Anthropic's header. */
export function createAnthropicModels({ catalog, ...deps }: AnthropicModelsDeps): Route[] {
  const view = createModelView(deps);
  return [
    bodiless({
      method: "GET",
      path: "/v1/models",
      dialect: anthropic,
      handle: async ({ query }) => ({
        type: "json",
        body: toPage((await Promise.all(catalog.list().map(view))).flatMap(toModelInfos), query),
      }),
      doc: { summary: "List the registered models", answer: { "application/json": ModelInfoList } },
    }),
    bodiless({
      method: "GET",
      path: "/v1/models/:id",
      dialect: anthropic,
      handle: async ({ params: { id } }) => {
        const found = await view(catalog.resolve(id));
        return { type: "json", body: toModelInfo(found, id ?? found.name) };
      },
      doc: {
        summary: "Show one model",
        answer: { "application/json": ModelInfo },
        errors: ["model_not_found"],
      },
    }),
  ];
}

/** One for each of its names. */
function toModelInfos(view: ModelView): ModelInfo[] {
  return view.names.map((name) => toModelInfo(view, name));
}

function toModelInfo({ facts, contextLength }: ModelView, name: string): ModelInfo {
  return {
    type: "model",
    id: name,
    display_name: name,
    created_at: new Date(facts.modified * 1000).toISOString(),
    max_input_tokens: contextLength,
    max_tokens: contextLength,
    capabilities: null,
    lifecycle: "active",
    line: null,
    deprecated_at: null,
    retires_at: null,
  };
}

/** The page that `limit`, `after_id` and `before_id` ask for; all models where they say nothing that makes sense. */
export function toPage(
  all: readonly ModelInfo[],
  query: Readonly<Record<string, string | undefined>>,
): ModelInfoList {
  const at = (id: string | undefined) => all.findIndex((model) => model.id === id);
  const before = at(query.before_id);
  const rest = all.slice(at(query.after_id) + 1, before === -1 ? all.length : before);
  const asked = Number(query.limit);
  const limit = Number.isInteger(asked) && asked > 0 ? asked : rest.length;
  // Backwards, the page is the one that ends before `before_id`.
  const data = before === -1 ? rest.slice(0, limit) : rest.slice(-limit);
  return {
    data: [...data],
    has_more: data.length < rest.length,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
}
