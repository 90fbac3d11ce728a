import { type Static, Type } from "@sinclair/typebox";
import type { Catalog } from "../../serving/catalog.ts";
import { createModelView, type ModelView, type ModelViewDeps } from "../../serving/model-view.ts";
import { orNull } from "../nullable.ts";
import { bodiless, type Route } from "../route.ts";
import { openai } from "./errors.ts";

const count = Type.Integer({ minimum: 0 });

/** OpenAI API reference, "Model object", and what else there is to know about a model here. */
export const Model = Type.Object({
  id: Type.String(),
  object: Type.Literal("model"),
  created: Type.Integer({
    description: "When its files changed last, Unix time in seconds; 0: they are missing",
  }),
  owned_by: Type.String(),
  loaded: Type.Boolean(),
  state: Type.String({ description: "unloaded, loading, ready or draining" }),
  device: orNull(Type.String({ description: "The device actually used, while loaded" })),
  context_length: orNull(count),
  task: Type.String(),
  weight_format: Type.String(),
  aliases: Type.Array(Type.String()),
  defaults: Type.Record(Type.String(), Type.Unknown(), {
    description: "Defaults for what requests leave out, from its entry",
  }),
  presets: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown()), {
    description: "Further names, with the defaults of each",
  }),
  pinned: Type.Boolean({ description: "Never unloaded for being idle, nor for another model's memory" }),
  engine: orNull(Type.String({ description: "The engine that runs it, while loaded" })),
  loaded_at: orNull(Type.Integer({ description: "Unix time in seconds" })),
  idle_unload_at: orNull(
    Type.Integer({ description: "When it will be unloaded unless a request comes, Unix time in seconds" }),
  ),
  memory_bytes: orNull(Type.Integer({ minimum: 0, description: "What its process holds now" })),
  running: count,
  waiting: count,
  tokens_per_second: orNull(Type.Number({ description: "Of its last work, all requests together" })),
  parent: orNull(Type.String({ description: "Of an alias or a preset: the model's own name" })),
  type: Type.String({
    description:
      "As LM Studio has it: `llm`, `vlm`, `embeddings`; also `rerank`, `classifier`, `transcription`, `speech`",
  }),
  capabilities: Type.Array(
    Type.String({
      description: "As in Ollama's API: `completion`, `tools`, `thinking`, `vision`, `embedding`",
    }),
  ),
  arch: orNull(Type.String({ description: "Such as `llama`" })),
  max_model_len: orNull(count),
  max_context_length: orNull(count),
  meta: Type.Object(
    { n_ctx_train: orNull(count), size: orNull(count) },
    { description: "As llama.cpp has it: what the files say, and their bytes" },
  ),
  status: Type.Object(
    {
      value: Type.Union([Type.Literal("unloaded"), Type.Literal("loading"), Type.Literal("loaded")]),
    },
    { description: "As llama.cpp has it" },
  ),
});

export const ModelList = Type.Object({ object: Type.Literal("list"), data: Type.Array(Model) });

export type Model = Static<typeof Model>;
export type ModelList = Static<typeof ModelList>;

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
        const data = views.flatMap((one) => one.names.map((name) => toModel(one, name)));
        return { type: "json", body: { object: "list", data } satisfies ModelList };
      },
      doc: {
        summary: "List the registered models: names, aliases and presets",
        answer: { "application/json": ModelList },
      },
    }),
    bodiless({
      method: "GET",
      path: "/v1/models/:id",
      dialect: openai,
      handle: async ({ params: { id } }) => ({
        type: "json",
        body: toModel(await view(catalog.resolve(id)), id),
      }),
      doc: {
        summary: "Show one model",
        answer: { "application/json": Model },
        errors: ["model_not_found"],
      },
    }),
  ];
}

/** The row of a model by one of its names, by default its own. */
export function toModel(view: ModelView, id: string = view.name): Model {
  const { name, entry, facts, status, tokensPerSecond, capabilities, contextLength } = view;
  const preset = Object.entries(entry.presets ?? {}).find(([own]) => own === id)?.[1];
  return {
    id,
    object: "model",
    created: facts.modified,
    owned_by: "ov-llm",
    loaded: status?.state === "ready",
    state: status?.state ?? "unloaded",
    device: status?.device ?? null,
    context_length: contextLength,
    task: entry.task,
    weight_format: entry.weight_format,
    aliases: entry.aliases ?? [],
    defaults: { ...entry.defaults, ...preset },
    presets: entry.presets ?? {},
    pinned: entry.pinned ?? false,
    engine: status?.engine ?? null,
    loaded_at: status?.loadedAt ?? null,
    idle_unload_at: status?.idleUnloadAt ?? null,
    memory_bytes: status?.memory ?? null,
    running: status?.running ?? 0,
    waiting: status?.waiting ?? 0,
    tokens_per_second: tokensPerSecond,
    parent: id === name ? null : name,
    type: toType(view),
    capabilities: [...capabilities],
    arch: facts.description?.architecture ?? null,
    max_model_len: contextLength,
    max_context_length: contextLength,
    meta: { n_ctx_train: facts.contextLength, size: facts.description?.weightsBytes ?? null },
    status: { value: toLoading(status?.state) },
  };
}

const types: Readonly<Record<string, string>> = {
  embed: "embeddings",
  rank: "rerank",
  classify: "classifier",
  transcribe: "transcription",
  speak: "speech",
};

/** LM Studio's word for what a model is, and ours where it has none. */
export function toType({ purpose, entry }: Pick<ModelView, "purpose" | "entry">): string {
  if (entry.task.startsWith("image-text-to-text")) return "vlm";
  return types[purpose] ?? "llm";
}

function toLoading(state: string | undefined): Model["status"]["value"] {
  if (state === "ready" || state === "draining") return "loaded";
  return state === "loading" ? "loading" : "unloaded";
}
