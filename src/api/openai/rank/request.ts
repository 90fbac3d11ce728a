import { type Static, Type } from "@sinclair/typebox";
import type { RankAsk } from "../../../serving/rank.ts";
import { nullable } from "../../nullable.ts";
import { malformed } from "../../refusal.ts";
import { TruncatePromptTokens, toMaxTokens } from "../embeddings/request.ts";

const mostDocuments = 2048;
const model = nullable(Type.String({ description: "A name or alias of the registry" }));
const Document = Type.Union([
  Type.String(),
  Type.Object({ text: Type.String() }, { additionalProperties: true }),
]);

/**
 * Body of POST /v1/rerank and /v2/rerank: what Cohere's (API reference, "Rerank"), Jina's and vLLM's have in common. Unknown keys
 * are ignored.
 */
export const RerankRequest = Type.Object(
  {
    model,
    query: Type.String({ minLength: 1 }),
    documents: Type.Array(Document, { maxItems: mostDocuments }),
    top_n: nullable(
      Type.Integer({ minimum: 1, description: "How many of the best results to return. Default: all" }),
    ),
    return_documents: nullable(Type.Boolean({ description: "Default: false" })),
    instruction: nullable(
      Type.String({ description: "What makes a document fit, for models that read it (Qwen3-Reranker)" }),
    ),
    truncate_prompt_tokens: nullable(
      Type.Integer({
        minimum: -1,
        description:
          "Cut a query with its document to that many tokens. Default, and -1: to the model's maximum",
      }),
    ),
  },
  { additionalProperties: true },
);
export type RerankRequest = Static<typeof RerankRequest>;

/** Long documents are cut unless the request says otherwise, as both contracts have it. Throws `invalid_request`. */
export function toRerankAsk(body: RerankRequest): RankAsk {
  return {
    queries: [body.query.toWellFormed()],
    documents: toTexts(body.documents, "documents"),
    maxTokens: toMaxTokens(body.truncate_prompt_tokens ?? -1),
    instruction: body.instruction?.toWellFormed() ?? null,
  };
}

const Texts = Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: mostDocuments })]);

/** Body of POST /v1/score (vllm/entrypoints/pooling/score). */
export const ScoreRequest = Type.Object(
  {
    model,
    text_1: Texts,
    text_2: Texts,
    truncate_prompt_tokens: TruncatePromptTokens,
  },
  { additionalProperties: true },
);
export type ScoreRequest = Static<typeof ScoreRequest>;

/** One text against each of several, or pair by pair. Throws `invalid_request` where they do not fit. */
export function toScoreAsk(body: ScoreRequest): RankAsk {
  const [queries, documents] = [
    toTexts([body.text_1].flat(), "text_1"),
    toTexts([body.text_2].flat(), "text_2"),
  ];
  if (queries.length !== 1 && queries.length !== documents.length) {
    throw malformed(
      "text_1",
      `has ${queries.length} texts and "text_2" ${documents.length}: send one, or as many.`,
    );
  }
  const empty = queries.indexOf("");
  if (empty !== -1) {
    throw malformed(Array.isArray(body.text_1) ? `text_1[${empty}]` : "text_1", "is empty: send a text.");
  }
  return { queries, documents, maxTokens: toMaxTokens(body.truncate_prompt_tokens), instruction: null };
}

function toTexts(texts: readonly Static<typeof Document>[], param: string): string[] {
  if (texts.length === 0) throw malformed(param, "is empty: send one text at least.");
  // A tokenizer takes no halves of characters.
  return texts.map((one) => (typeof one === "string" ? one : one.text).toWellFormed());
}
