import { createHash } from "node:crypto";
import { type Static, Type } from "@sinclair/typebox";
import type { CatalogModel } from "../../serving/catalog.ts";
import type { ModelView } from "../../serving/model-view.ts";
import { toTagged } from "./names.ts";
import { Time, toTime } from "./timing.ts";

/** docs/openapi.yaml of Ollama: "ModelSummary", "ListResponse", "Ps", "PsResponse"; api/types.go: ModelDetails. */
const text = Type.String();
const bytes = Type.Integer({ minimum: 0 });

export const Details = Type.Object({
  parent_model: text,
  format: Type.String({ description: "`openvino` or `gguf`" }),
  family: Type.String({ description: "The architecture, such as `llama`" }),
  families: Type.Array(text),
  parameter_size: Type.String({ description: "Always empty: unknown" }),
  quantization_level: text,
});

const summary = {
  name: text,
  model: Type.String({ description: "The name, an alias or a preset, with a tag" }),
  size: bytes,
  digest: Type.String({
    description: "Made up from the entry: another one when other files lie at its path",
  }),
  details: Details,
};

export const ModelList = Type.Object({
  models: Type.Array(Type.Object({ ...summary, modified_at: Time })),
});

export const LoadedList = Type.Object({
  models: Type.Array(
    Type.Object({
      ...summary,
      expires_at: { ...Time, description: "A time in 2262: it stays loaded, or is in use" },
      size_vram: bytes,
      context_length: bytes,
    }),
  ),
});

export type Details = Static<typeof Details>;
export type ModelList = Static<typeof ModelList>;
export type LoadedList = Static<typeof LoadedList>;
type Summary = Omit<ModelList["models"][number], "modified_at">;

/** The last year whose nanoseconds have 64 bits, as some clients count them. */
const farOff = "2262-01-01T00:00:00.000Z";

/** Each model once for each of its names, presets included: a client finds only what is in the list. */
export function toModelList(views: readonly ModelView[]): ModelList {
  const models = views.flatMap((view) =>
    view.names.map((name) => ({
      ...toSummary(view, name, toSize(view)),
      modified_at: toTime(new Date(view.facts.modified * 1000)),
    })),
  );
  return { models };
}

/** The models in memory. */
export function toLoadedList(views: readonly ModelView[]): LoadedList {
  const models = views.flatMap((view) => {
    const { status } = view;
    if (status?.model === undefined || status.model === null) return [];
    const size = status.memory ?? toSize(view);
    const idleAt = status.idleUnloadAt;
    return {
      ...toSummary(view, view.name, size),
      expires_at: idleAt === null ? farOff : toTime(new Date(idleAt * 1000)),
      size_vram: status.device?.startsWith("GPU") ? size : 0,
      context_length: status.contextLength ?? 0,
    };
  });
  return { models };
}

function toSummary(view: ModelView, name: string, size: number): Summary {
  const tagged = toTagged(name);
  return { name: tagged, model: tagged, size, digest: toDigest(view), details: toDetails(view) };
}

function toSize({ facts }: ModelView): number {
  return facts.description?.weightsBytes ?? 0;
}

export function toDetails({ entry, facts: { description } }: ModelView): Details {
  const family = description?.architecture ?? "";
  return {
    parent_model: "",
    format: description?.form === "gguf" ? "gguf" : "openvino",
    family,
    families: family === "" ? [] : [family],
    parameter_size: "",
    quantization_level: entry.weight_format.toUpperCase(),
  };
}

/** What Ollama has of a model's files, which are not read here for it. */
function toDigest({ entry: { path, task, weight_format, converted_at } }: CatalogModel): string {
  return createHash("sha256")
    .update(JSON.stringify([path, task, weight_format, converted_at ?? null]))
    .digest("hex");
}
