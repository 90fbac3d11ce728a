import { type Static, Type } from "@sinclair/typebox";
import type { TokenLogprob } from "../../../protocol/generate.ts";

/** Of each token; a response's output has the same. */
export const TokenLogprobs = Type.Array(
  Type.Object({
    token: Type.String(),
    logprob: Type.Number(),
    bytes: Type.Array(Type.Integer({ minimum: 0, maximum: 255 })),
    top_logprobs: Type.Array(Type.Never(), { maxItems: 0 }),
  }),
);
export type TokenLogprobs = Static<typeof TokenLogprobs>;

export const Logprobs = Type.Object({ content: TokenLogprobs, refusal: Type.Null() });

const encoder = new TextEncoder();

export function toTokenLogprobs(tokens: readonly TokenLogprob[]): TokenLogprobs {
  return tokens.map(({ token, logprob, bytes }) => ({
    token,
    logprob,
    bytes: bytes ?? [...encoder.encode(token)],
    top_logprobs: [],
  }));
}
