import { type Static, Type } from "@sinclair/typebox";
import { requestId } from "./request.ts";

const count = Type.Integer({ minimum: 0 });

/** Requests a score of how well each document answers its query. */
export const RankMessage = Type.Object({
  type: Type.Literal("rank"),
  id: requestId,
  /** One for all documents, or one for each. */
  queries: Type.Array(Type.String(), { minItems: 1 }),
  documents: Type.Array(Type.String(), { minItems: 1 }),
  /** See `embed`; for a query and its document together. */
  max_tokens: Type.Union([Type.Integer({ minimum: 1 }), Type.Null()]),
  /** What makes a document relevant, for models that take an instruction; null: their usual one. */
  instruction: Type.Union([Type.String(), Type.Null()]),
});
export type RankMessage = Static<typeof RankMessage>;

export const Score = Type.Object({
  /** The index of its document. */
  document: count,
  score: Type.Number({ minimum: 0, maximum: 1 }),
  /** How many tokens of query and document were computed. */
  tokens: count,
});
export type Score = Static<typeof Score>;

/** Some of a request's scores, in any order. All have come when the request is finished. */
export const ScoresMessage = Type.Object({
  type: Type.Literal("scores"),
  id: requestId,
  scores: Type.Array(Score),
});

export type RankRequest = Omit<RankMessage, "type" | "id">;

export type RankEvent = { type: "scores"; scores: Score[] } | { type: "finished"; reason: "stop" };
