import { type Static, Type } from "@sinclair/typebox";
import { requestId } from "./request.ts";

const count = Type.Integer({ minimum: 0 });
const positive = Type.Integer({ minimum: 1 });

/** A text, which gets the tokenizer's special tokens; or token ids, which are used unchanged. */
export const EmbedInput = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 }),
]);

/** Requests one vector for each input. */
export const EmbedMessage = Type.Object({
  type: Type.Literal("embed"),
  id: requestId,
  inputs: Type.Array(EmbedInput, { minItems: 1 }),
  /**
   * Longer inputs are cut to that many tokens, at most to the model's context length; null: one that is longer than that fails
   * the request with `context_length_exceeded`.
   */
  max_tokens: Type.Union([positive, Type.Null()]),
  /** How many numbers of each vector to keep; a normalized one is normalized again. null: all. */
  dimensions: Type.Union([positive, Type.Null()]),
});
export type EmbedMessage = Static<typeof EmbedMessage>;

export const Vector = Type.Object({
  /** The index of its input. */
  input: count,
  /** float32, little-endian, in base64. */
  vector: Type.String(),
  /** How many tokens of the input were computed. */
  tokens: count,
});
export type Vector = Static<typeof Vector>;

/** Some of a request's vectors, in any order. All have come when the request is finished. */
export const VectorsMessage = Type.Object({
  type: Type.Literal("vectors"),
  id: requestId,
  vectors: Type.Array(Vector),
});

export type EmbedRequest = Omit<EmbedMessage, "type" | "id">;

export type EmbedEvent = { type: "vectors"; vectors: Vector[] } | { type: "finished"; reason: "stop" };
