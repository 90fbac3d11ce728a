import { Type } from "@sinclair/typebox";
import type { Catalog } from "../../../serving/catalog.ts";
import type { Embedded, EmbedService } from "../../../serving/embed.ts";
import { toAsker } from "../../answering.ts";
import { promptErrors, type Route, withJson } from "../../route.ts";
import { type Pause, renderVectors } from "../../vectors.ts";
import { openai } from "../errors.ts";
import { EmbeddingRequest, toEmbedAsk } from "./request.ts";

const count = Type.Integer({ minimum: 0 });

/** OpenAI API reference, "The embedding object". */
export const EmbeddingList = Type.Object({
  object: Type.Literal("list"),
  data: Type.Array(
    Type.Object({
      object: Type.Literal("embedding"),
      index: count,
      embedding: Type.Union([Type.Array(Type.Number()), Type.String({ description: "base64" })]),
    }),
  ),
  model: Type.String(),
  usage: Type.Object({ prompt_tokens: count, total_tokens: count }),
});

export interface EmbeddingsRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  embed: EmbedService;
  /** Unique, without its prefix. */
  newId: () => string;
  pause: Pause;
}

/** POST /v1/embeddings */
export function createEmbeddingsRoutes({ catalog, embed, newId, pause }: EmbeddingsRoutesDeps): Route[] {
  return [
    withJson(EmbeddingRequest, {
      method: "POST",
      path: "/v1/embeddings",
      dialect: openai,
      async handle({ body, ...request }) {
        const { notes } = request;
        const model = catalog.resolveServed(body.model, "embed");
        notes.set({ model: model.name, stream: false });
        const ask = toEmbedAsk(body);
        const embedded = await embed.embed(model, toAsker(request, `embd-${newId()}`), ask);
        notes.set({ promptTokens: embedded.tokens, texts: ask.inputs.length, finish: "stop" });
        const isFloat = body.encoding_format !== "base64";
        const vectors = isFloat
          ? await renderVectors(embedded.vectors, pause)
          : embedded.vectors.map((vector) => JSON.stringify(vector));
        return {
          type: "raw",
          contentType: "application/json",
          body: renderList(vectors, model.name, embedded),
        };
      },
      doc: {
        summary: "Embed texts",
        answer: { "application/json": EmbeddingList },
        errors: [...promptErrors, "request_cancelled"],
      },
    }),
  ];
}

/** `vectors`: JSON texts, which are put in as they are. */
function renderList(vectors: readonly string[], model: string, { tokens }: Embedded): string {
  const data = vectors.map(
    (vector, index) => `{"object":"embedding","index":${index},"embedding":${vector}}`,
  );
  const rest = { model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
  return `{"object":"list","data":[${data.join(",")}],${JSON.stringify(rest).slice(1)}`;
}
