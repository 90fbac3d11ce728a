import { OvError } from "../errors.ts";
import type { RankRequest, Score } from "../protocol/rank.ts";
import type { CatalogModel } from "./catalog.ts";
import { checkLabels, checkOffered, type LabelDeps } from "./labels.ts";
import { type Asker, createOperation, type OperationDeps, toCut } from "./operation.ts";

export interface RankAsk {
  /** One for all documents, or one for each. */
  queries: readonly string[];
  /** At least one. */
  documents: readonly string[];
  /** A query with its document is cut to that many tokens; Infinity: to the model's maximum; null: refused if longer. */
  maxTokens: number | null;
  /** What makes a document relevant, for models that take an instruction; null: their usual one. */
  instruction: string | null;
}

export interface Ranked {
  /** In the order of the documents, each from 0 to 1. */
  scores: number[];
  /** The tokens of all queries and documents. */
  tokens: number;
}

/** Scores how well documents answer queries; loads the model if necessary. Throws OvErrors. */
export interface RankService {
  rank(model: CatalogModel, asker: Asker, ask: RankAsk): Promise<Ranked>;
}

export function createRankService(deps: OperationDeps & LabelDeps): RankService {
  const run = createOperation(deps);
  return {
    async rank(model, asker, ask) {
      await checkLabels("rank", model, deps);
      const events = await run(model, asker, ({ model: { host } }, signal) => {
        checkOffered("rank", model, host.ready);
        return host.run("rank", toRequest(ask, host.ready.context_length), signal);
      });
      const found = events.flatMap((event) => (event.type === "scores" ? event.scores : []));
      return {
        scores: toOrdered(found, ask.documents.length),
        tokens: found.reduce((sum, { tokens }) => sum + tokens, 0),
      };
    },
  };
}

function toRequest({ queries, documents, maxTokens, instruction }: RankAsk, most: number): RankRequest {
  return {
    queries: [...queries],
    documents: [...documents],
    max_tokens: toCut(maxTokens, most),
    instruction,
  };
}

function toOrdered(found: readonly Score[], count: number): number[] {
  const scores = new Map(found.map(({ document, score }) => [document, score]));
  return Array.from({ length: count }, (_, document) => {
    const score = scores.get(document);
    if (score === undefined) throw new OvError("engine_failed", "The engine left out a score.");
    return score;
  });
}
