import { type Static, Type } from "@sinclair/typebox";
import type { TokenLogprob } from "../../../protocol/generate.ts";

export const Logprobs = Type.Object({
  content: Type.Array(
    Type.Object({
      token: Type.String(),
      logprob: Type.Number(),
      bytes: Type.Array(Type.Integer({ minimum: 0, maximum: 255 })),
      top_logprobs: Type.Array(Type.Unknown(), { maxItems: 0 }),
    }),
  ),
  refusal: Type.Null(),
});
export type Logprobs = Static<typeof Logprobs>;

export function toLogprobs(tokens: readonly TokenLogprob[]): Logprobs {
  const encoder = new TextEncoder();
  return {
    content: tokens.map(({ token, logprob, bytes }) => ({
      token,
      logprob,
      bytes: bytes ?? [...encoder.encode(token)],
      top_logprobs: [],
    })),
    refusal: null,
  };
}
