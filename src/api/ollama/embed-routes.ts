import { type Static, Type } from "@sinclair/typebox";
import type { Catalog, CatalogModel } from "../../serving/catalog.ts";
import { withDeadline } from "../../serving/deadline.ts";
import type { Embedded, EmbedService } from "../../serving/embed.ts";
import { toAsker } from "../answering.ts";
import { nullable } from "../nullable.ts";
import { toInputs } from "../openai/embeddings/request.ts";
import { type ApiRequest, promptErrors, type Route, withJson } from "../route.ts";
import { type Pause, renderVectors, toNumbers } from "../vectors.ts";
import { ollama } from "./errors.ts";
import { KeepAlive, toKeepSeconds } from "./keep-alive.ts";
import { toKnownName, toTagged } from "./names.ts";
import { modelField } from "./request.ts";
import { type Clock, toNanoseconds } from "./timing.ts";

const count = Type.Integer({ minimum: 0 });
const Numbers = Type.Array(Type.Number());
const common = {
  model: modelField,
  options: nullable(Type.Record(Type.String(), Type.Unknown(), { description: "Ignored" })),
  keep_alive: KeepAlive,
};

/** docs/openapi.yaml of Ollama, "EmbedRequest" and "EmbedResponse". */
const EmbedRequest = Type.Object(
  {
    ...common,
    input: nullable(
      Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 2048 })], {
        description: "Without any, the model is loaded",
      }),
    ),
    truncate: nullable(
      Type.Boolean({ description: "Cut texts that are too long (default), or refuse them" }),
    ),
    dimensions: nullable(
      Type.Integer({
        minimum: 0,
        description: "Length of the vectors, for models that were trained for shorter ones",
      }),
    ),
  },
  { additionalProperties: true },
);
export const EmbedAnswer = Type.Object({
  model: Type.String(),
  embeddings: Type.Array(Numbers),
  total_duration: count,
  load_duration: count,
  prompt_eval_count: count,
});

/** docs/api.md of Ollama, "Generate Embedding", which its maker replaced by /api/embed. */
const EmbeddingsRequest = Type.Object(
  { ...common, prompt: nullable(Type.String({ description: "Without one, the model is loaded" })) },
  { additionalProperties: true },
);
export const EmbeddingsAnswer = Type.Object({ embedding: Numbers });

type Target = ReturnType<Catalog["toTarget"]>;

export interface EmbedRoutesDeps {
  catalog: Catalog;
  embed: EmbedService;
  pool: {
    load(target: Target, signal: AbortSignal, mayEvict: boolean): Promise<void>;
    unload(name: string, signal: AbortSignal): Promise<void>;
  };
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  clock: Clock;
  pause: Pause;
}

interface Wish {
  model?: string | null | undefined;
  keep_alive?: number | string | null | undefined;
}

const errors = [...promptErrors, "request_cancelled"] as const;

/** POST /api/embed and /api/embeddings */
export function createEmbedRoutes(deps: EmbedRoutesDeps): Route[] {
  const { catalog, embed, pool, requestSeconds, clock, pause } = deps;

  /** `texts`: none, and the model is only loaded, or unloaded. */
  async function run(
    wish: Wish,
    texts: readonly string[],
    request: Omit<ApiRequest<unknown>, "body">,
    { truncate, dimensions }: { truncate: boolean; dimensions: number | null },
  ): Promise<Embedded & { model: CatalogModel }> {
    const model = catalog.resolveServed(toKnownName(catalog, wish.model ?? ""), "embed");
    request.notes.set({ model: model.name, stream: false });
    const keepSeconds = toKeepSeconds(wish.keep_alive);
    if (texts.length === 0) {
      await withDeadline(request.signal, requestSeconds, (bound) =>
        keepSeconds === 0
          ? pool.unload(model.name, bound)
          : pool.load({ ...catalog.toTarget(model), keepSeconds }, bound, true),
      );
      return { model, vectors: [], tokens: 0, startedAt: clock() };
    }
    const embedded = await embed.embed(
      model,
      { ...toAsker(request, request.id), keepSeconds },
      {
        inputs: toInputs([...texts], "input"),
        inputType: null,
        maxTokens: truncate ? Number.POSITIVE_INFINITY : null,
        dimensions,
      },
    );
    request.notes.set({ promptTokens: embedded.tokens, texts: texts.length, finish: "stop" });
    return { ...embedded, model };
  }

  return [
    withJson(EmbedRequest, {
      method: "POST",
      path: "/api/embed",
      dialect: ollama,
      async handle({ body, ...request }) {
        const arrived = clock();
        const texts = body.input === "" ? [] : [body.input ?? []].flat();
        const wishes = { truncate: body.truncate ?? true, dimensions: body.dimensions || null };
        const found = await run(body, texts, request, wishes);
        const rest = {
          total_duration: toNanoseconds(clock() - arrived),
          load_duration: toNanoseconds(found.startedAt - arrived),
          prompt_eval_count: found.tokens,
        };
        const model = JSON.stringify(body.model || toTagged(found.model.name));
        const vectors = await renderVectors(found.vectors, pause);
        const json = `{"model":${model},"embeddings":[${vectors.join(",")}],${JSON.stringify(rest).slice(1)}`;
        return { type: "raw", contentType: "application/json", body: json };
      },
      doc: { summary: "Embed texts", answer: { "application/json": EmbedAnswer }, errors },
    }),
    withJson(EmbeddingsRequest, {
      method: "POST",
      path: "/api/embeddings",
      dialect: ollama,
      async handle({ body, ...request }) {
        const { prompt } = body;
        const texts = typeof prompt === "string" && prompt !== "" ? [prompt] : [];
        const { vectors } = await run(body, texts, request, { truncate: true, dimensions: null });
        const answer: Static<typeof EmbeddingsAnswer> = { embedding: vectors.flatMap(toNumbers) };
        return { type: "json", body: answer };
      },
      doc: { summary: "Embed one text", answer: { "application/json": EmbeddingsAnswer }, errors },
    }),
  ];
}
