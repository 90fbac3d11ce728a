import { type Static, Type } from "@sinclair/typebox";
import { Cut } from "./cut.ts";
import { Grammar } from "./grammar.ts";
import { requestId } from "./request.ts";
import { Sampling } from "./sampling.ts";

const count = Type.Integer({ minimum: 0 });

/** An image file as a client sent it, unchecked; supposed to be PNG, JPEG, WebP or GIF. */
export const ImageFile = Type.Object({
  /** The file stays until the request has ended. */
  path: Type.String(),
  /** Its name in errors: its place in the client's request. */
  at: Type.String(),
});
export type ImageFile = Static<typeof ImageFile>;

export const GenerateMessage = Type.Object({
  type: Type.Literal("generate"),
  id: requestId,
  /** A text, or token ids, which the engine uses unchanged. */
  prompt: Type.Union([Type.String(), Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 })]),
  /**
   * Add the tokenizer's special tokens, such as a begin-of-text token. False for what a chat template
   * has rendered, which has them already; no effect on ids.
   */
  add_special_tokens: Type.Boolean(),
  cut: Type.Optional(Cut),
  /** The images of the prompt's tags `<ov_genai_image_0>`, `<ov_genai_image_1>`, … Only with the capability `images`. */
  images: Type.Optional(Type.Array(ImageFile, { minItems: 1 })),
  /** null: free text. It must be valid: an invalid one may crash the engine. */
  grammar: Type.Union([Grammar, Type.Null()]),
  /** Keep special tokens in the text, for formats that mark tool calls with them; an end of text is never kept. */
  special_tokens: Type.Boolean(),
  sampling: Sampling,
  /** The host lowers it to what fits in the context. */
  max_tokens: Type.Integer({ minimum: 1 }),
  ignore_eos: Type.Boolean(),
  logprobs: Type.Boolean(),
  /** Report `lengths` in steps of several tokens; only needed if a token in the middle may end the answer. */
  lengths: Type.Optional(Type.Boolean()),
});
export type GenerateMessage = Static<typeof GenerateMessage>;

/** The request was taken: its prompt's tokens, and how many of them the prefix cache held. */
export const StartedMessage = Type.Object({
  type: Type.Literal("started"),
  id: requestId,
  prompt_tokens: count,
  cached_tokens: count,
});
export type StartedMessage = Static<typeof StartedMessage>;

export const TokenLogprob = Type.Object({
  token: Type.String(),
  logprob: Type.Number(),
  /** What it adds to the text in UTF-8, possibly a part of a character; absent: the same as `token`. */
  bytes: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }))),
});
export type TokenLogprob = Static<typeof TokenLogprob>;

export const StepOutput = Type.Object({
  id: requestId,
  /** New text in whole characters; empty while a character is incomplete. */
  text: Type.String(),
  /** New tokens in this step. */
  tokens: count,
  /** How many were guessed for this step; all of `tokens` but one were among them. */
  guesses: Type.Optional(count),
  /**
   * The length of each token's part of `text`, in UTF-16 units; a token that ends the answer has none. Only if the request asks for
   * it, and several tokens came that have texts of their own.
   */
  lengths: Type.Optional(Type.Array(count)),
  logprobs: Type.Optional(Type.Array(TokenLogprob)),
});
export type StepOutput = Static<typeof StepOutput>;

/** All new text of all requests in one step; an empty list is a sign of life during a long prefill. */
export const StepMessage = Type.Object({ type: Type.Literal("step"), outputs: Type.Array(StepOutput) });

/** A request to a loaded model; the daemon assigns the id. */
export type GenerateRequest = Omit<GenerateMessage, "type" | "id">;

export type GenerationEvent =
  /** The prompt was taken; `cachedTokens` of its `promptTokens` were in the prefix cache. */
  | { type: "started"; promptTokens: number; cachedTokens: number }
  /** New text in whole characters, maybe empty, of `tokens` new tokens; all but one of these were among `guesses`. */
  | {
      type: "text";
      text: string;
      tokens: number;
      guesses?: number;
      /** See `StepOutput`. */
      lengths?: number[];
      logprobs?: TokenLogprob[];
    }
  | { type: "finished"; reason: "stop" | "length" };
