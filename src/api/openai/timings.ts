import { type Static, Type } from "@sinclair/typebox";
import type { Timings as Measured, Usage } from "../../generate/parts.ts";

const count = Type.Integer({ minimum: 0 });
const ms = Type.Number({ minimum: 0 });
const rate = Type.Number({ minimum: 0, description: "0: there were too few to measure" });

/** How long an answer took, in the names of llama.cpp's server (tools/server/README.md, "timings"), which clients display. */
export const Timings = Type.Object({
  cache_n: Type.Integer({ minimum: 0, description: "Prompt tokens that the prefix cache held" }),
  prompt_n: Type.Integer({ minimum: 0, description: "Prompt tokens that were computed" }),
  prompt_ms: ms,
  prompt_per_token_ms: ms,
  prompt_per_second: rate,
  predicted_n: count,
  predicted_ms: ms,
  predicted_per_token_ms: ms,
  predicted_per_second: rate,
  draft_n: Type.Optional(
    Type.Integer({ minimum: 0, description: "Tokens that speculation guessed; absent: none" }),
  ),
  draft_n_accepted: Type.Optional(count),
});
export type Timings = Static<typeof Timings>;

export function toTimings(
  { promptMs, predictedMs }: Measured,
  { promptTokens, cachedTokens, newTokens, guesses }: Usage,
): Timings {
  const computed = promptTokens - cachedTokens;
  return {
    cache_n: cachedTokens,
    prompt_n: computed,
    prompt_ms: round(promptMs),
    prompt_per_token_ms: divide(promptMs, computed),
    prompt_per_second: divide(computed * 1000, promptMs),
    predicted_n: newTokens,
    predicted_ms: round(predictedMs),
    predicted_per_token_ms: divide(predictedMs, newTokens),
    predicted_per_second: divide(newTokens * 1000, predictedMs),
    ...(guesses && { draft_n: guesses.tokens, draft_n_accepted: guesses.right }),
  };
}

const divide = (value: number, by: number) => (by > 0 ? round(value / by) : 0);
const round = (value: number) => Math.round(value * 1000) / 1000;
