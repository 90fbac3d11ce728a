import { type Static, Type } from "@sinclair/typebox";
import type { Catalog, CatalogModel } from "../../../serving/catalog.ts";
import type { RankAsk, Ranked, RankService } from "../../../serving/rank.ts";
import { toAsker } from "../../answering.ts";
import { type ApiRequest, promptErrors, type Route, withJson } from "../../route.ts";
import { openai } from "../errors.ts";
import { RerankRequest, ScoreRequest, toRerankAsk, toScoreAsk } from "./request.ts";

const count = Type.Integer({ minimum: 0 });
const share = Type.Number({ minimum: 0, maximum: 1 });
const Usage = Type.Object({ prompt_tokens: count, total_tokens: count });

/** Cohere's, Jina's and vLLM's answer; the best result first. */
export const RerankAnswer = Type.Object({
  id: Type.String(),
  model: Type.String(),
  results: Type.Array(
    Type.Object({
      index: Type.Integer({ minimum: 0, description: "Of the document in the request" }),
      relevance_score: share,
      document: Type.Optional(Type.Object({ text: Type.String() })),
    }),
  ),
  usage: Usage,
});

export const ScoreAnswer = Type.Object({
  id: Type.String(),
  object: Type.Literal("list"),
  created: count,
  model: Type.String(),
  data: Type.Array(Type.Object({ index: count, object: Type.Literal("score"), score: share })),
  usage: Usage,
});

export interface RankRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  rank: RankService;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
}

const errors = [...promptErrors, "request_cancelled"] as const;

/** POST /v1/rerank, /v2/rerank and /rerank; POST /v1/score and /score. */
export function createRankRoutes({ catalog, rank, newId, now }: RankRoutesDeps): Route[] {
  async function ask(
    asked: { model?: string | null | undefined },
    request: Omit<ApiRequest<unknown>, "body">,
    toAsk: () => RankAsk,
  ): Promise<Ranked & { id: string; model: CatalogModel; documents: readonly string[] }> {
    const { notes } = request;
    const model = catalog.resolveServed(asked.model, "rank");
    notes.set({ model: model.name, stream: false });
    const wanted = toAsk();
    const id = `rank-${newId()}`;
    const ranked = await rank.rank(model, toAsker(request, id), wanted);
    notes.set({ promptTokens: ranked.tokens, texts: wanted.documents.length, finish: "stop" });
    return { ...ranked, id, model, documents: wanted.documents };
  }

  const rerank = (path: string) =>
    withJson(RerankRequest, {
      method: "POST",
      path,
      dialect: openai,
      async handle({ body, ...request }) {
        const { id, model, scores, documents, tokens } = await ask(body, request, () => toRerankAsk(body));
        const results = toResults(scores).slice(0, body.top_n ?? scores.length);
        const shown = results.map((result) => ({
          ...result,
          ...(body.return_documents && { document: { text: documents[result.index] ?? "" } }),
        }));
        const answer: Static<typeof RerankAnswer> = {
          id,
          model: model.name,
          results: shown,
          usage: toUsage(tokens),
        };
        return { type: "json", body: answer };
      },
      doc: {
        summary: "Rerank documents by their relevance to a query",
        answer: { "application/json": RerankAnswer },
        errors,
      },
    });

  const score = (path: string) =>
    withJson(ScoreRequest, {
      method: "POST",
      path,
      dialect: openai,
      async handle({ body, ...request }) {
        const { id, model, scores, tokens } = await ask(body, request, () => toScoreAsk(body));
        const answer: Static<typeof ScoreAnswer> = {
          id,
          object: "list",
          created: Math.floor(now().getTime() / 1000),
          model: model.name,
          data: scores.map((value, index) => ({ index, object: "score", score: value })),
          usage: toUsage(tokens),
        };
        return { type: "json", body: answer };
      },
      doc: {
        summary: "Score pairs of texts",
        answer: { "application/json": ScoreAnswer },
        errors,
      },
    });

  return [rerank("/v1/rerank"), rerank("/v2/rerank"), rerank("/rerank"), score("/v1/score"), score("/score")];
}

/** The best first; equal ones in their own order. */
function toResults(scores: readonly number[]): { index: number; relevance_score: number }[] {
  const results = scores.map((relevance_score, index) => ({ index, relevance_score }));
  return results.sort((one, other) => other.relevance_score - one.relevance_score);
}

function toUsage(tokens: number): Static<typeof Usage> {
  return { prompt_tokens: tokens, total_tokens: tokens };
}
