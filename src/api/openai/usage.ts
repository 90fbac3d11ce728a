import { type Static, Type } from "@sinclair/typebox";
import type { Usage as TokenUsage } from "../../generate/parts.ts";

const count = Type.Integer({ minimum: 0 });

/** OpenAI API reference, "Chat completion object" and "Completion object". */
export const Usage = Type.Object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: Type.Object({
    cached_tokens: Type.Integer({ minimum: 0, description: "Prompt tokens that the prefix cache held" }),
  }),
  completion_tokens_details: Type.Object({
    reasoning_tokens: Type.Integer({ minimum: 0, description: "Those of `reasoning_content`" }),
    accepted_prediction_tokens: Type.Optional(
      Type.Integer({ minimum: 0, description: "Those that speculation guessed; absent: it guessed nothing" }),
    ),
    rejected_prediction_tokens: Type.Optional(
      Type.Integer({ minimum: 0, description: "Wrong guesses, which are no completion tokens here" }),
    ),
  }),
});
export type Usage = Static<typeof Usage>;

export function toUsage(usage: TokenUsage): Usage {
  const { promptTokens, cachedTokens, newTokens, reasoningTokens, guesses } = usage;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: newTokens,
    total_tokens: promptTokens + newTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      ...(guesses && {
        accepted_prediction_tokens: guesses.right,
        rejected_prediction_tokens: guesses.tokens - guesses.right,
      }),
    },
  };
}
