import { type Static, Type } from "@sinclair/typebox";

/** The answer of POST /v1/chat/completions/{id}/cancel; OpenAI's API has it only for its responses. */
export const Cancellation = Type.Object({
  id: Type.String(),
  object: Type.Literal("chat.completion.cancelled"),
  cancelled: Type.Literal(true),
});

export type Cancellation = Static<typeof Cancellation>;
