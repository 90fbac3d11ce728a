import { type Static, Type } from "@sinclair/typebox";
import { Cut } from "./cut.ts";
import { ImageFile } from "./generate.ts";
import { requestId } from "./request.ts";

/** Asks for a text's token ids. A text of the context's length or more fails with `context_length_exceeded`. */
export const TokenizeMessage = Type.Object({
  type: Type.Literal("tokenize"),
  id: requestId,
  text: Type.String(),
  /** Add what the tokenizer puts around a text of its own, such as a begin-of-text token. */
  add_special_tokens: Type.Boolean(),
  cut: Type.Optional(Cut),
  /** What the tags of the text stand for, as in a request to generate. Only where the capability `images` is. */
  images: Type.Optional(Type.Array(ImageFile, { minItems: 1 })),
  /** Answer with each token's text, too. */
  strings: Type.Boolean(),
});
export type TokenizeMessage = Static<typeof TokenizeMessage>;

export const TokensMessage = Type.Object({
  type: Type.Literal("tokens"),
  id: requestId,
  tokens: Type.Array(Type.Integer({ minimum: 0 })),
  /** How many tokens the images take, which have no ids; absent: there are none. */
  image_tokens: Type.Optional(Type.Integer({ minimum: 0 })),
  /** Of each token by itself: one that is a part of a character has U+FFFD. null: not asked for. */
  strings: Type.Union([Type.Array(Type.String()), Type.Null()]),
});
export type TokensMessage = Static<typeof TokensMessage>;

/**
 * Asks for the text of token ids, special tokens included. An id that the model does not have fails with
 * `invalid_request`, more ids than its context with `context_length_exceeded`.
 */
export const DetokenizeMessage = Type.Object({
  type: Type.Literal("detokenize"),
  id: requestId,
  tokens: Type.Array(Type.Integer()),
});
export type DetokenizeMessage = Static<typeof DetokenizeMessage>;

export const TextMessage = Type.Object({ type: Type.Literal("text"), id: requestId, text: Type.String() });

export type TokenizeRequest = Omit<TokenizeMessage, "type" | "id">;
export type DetokenizeRequest = Omit<DetokenizeMessage, "type" | "id">;

export type TokenizeEvent =
  | { type: "tokens"; tokens: number[]; strings: string[] | null; imageTokens: number }
  | { type: "finished"; reason: "stop" };

export type DetokenizeEvent = { type: "text"; text: string } | { type: "finished"; reason: "stop" };
