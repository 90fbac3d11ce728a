import { type Static, Type } from "@sinclair/typebox";
import { Cut } from "./cut.ts";
import { ImageFile } from "./generate.ts";
import { requestId } from "./request.ts";

/** Requests a text's token ids. A text of the context's length or more fails with `context_length_exceeded`. */
export const TokenizeMessage = Type.Object({
  type: Type.Literal("tokenize"),
  id: requestId,
  text: Type.String(),
  /** Add the tokenizer's special tokens, such as a begin-of-text token. */
  add_special_tokens: Type.Boolean(),
  cut: Type.Optional(Cut),
  /** The images of the text's tags, as in `generate`. Only with the capability `images`. */
  images: Type.Optional(Type.Array(ImageFile, { minItems: 1 })),
  /** Also return each token's text. */
  strings: Type.Boolean(),
});
export type TokenizeMessage = Static<typeof TokenizeMessage>;

export const TokensMessage = Type.Object({
  type: Type.Literal("tokens"),
  id: requestId,
  tokens: Type.Array(Type.Integer({ minimum: 0 })),
  /** How many tokens the images take, which have no ids; absent: there are no images. */
  image_tokens: Type.Optional(Type.Integer({ minimum: 0 })),
  /** The text of each token by itself: a part of a character becomes U+FFFD. null: not requested. */
  strings: Type.Union([Type.Array(Type.String()), Type.Null()]),
});
export type TokensMessage = Static<typeof TokensMessage>;

/**
 * Requests the text of token ids, special tokens included. An id that the model does not have fails with
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
