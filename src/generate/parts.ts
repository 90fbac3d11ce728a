import type { TokenLogprob } from "../protocol/generate.ts";

/** A part of an answer's content, in the order in which the model wrote it. */
export type ContentEvent =
  /** `logprobs`: those of this text's tokens, if requested. */
  | { type: "text"; text: string; logprobs: TokenLogprob[] }
  | { type: "reasoning"; text: string }
  /** Calls are numbered from 0 within a choice; no other content comes until `call_end`. */
  | { type: "call_start"; call: number; id: string; name: string }
  /** The pieces of one call together are the text of one JSON object, unless the answer was cut. */
  | { type: "call_arguments"; call: number; text: string }
  | { type: "call_end"; call: number };

/** What every dialect renders its answer from: `start` once, then the content, then `end` once. */
export type AnswerPart =
  /** The engine took the prompt. */
  | { type: "start"; promptTokens: number; cachedTokens: number; fingerprint: string }
  | ContentEvent
  | { type: "end"; reason: EndReason; stop: string | null; usage: Usage; timings?: Timings };

/** `calls`: it ended by itself and called tools; `length`: it reached its limit of tokens. */
export type EndReason = "stop" | "length" | "calls";

/** Tokens of the whole answer, all choices together, up to now: what the last `end` has is the sum. */
export interface Usage {
  promptTokens: number;
  /** The prompt's tokens that the prefix cache held. */
  cachedTokens: number;
  newTokens: number;
  /** The new tokens that were reasoning. */
  reasoningTokens: number;
  /** Tokens that were guessed by speculation, and those that were right, which are new ones. */
  guesses?: { tokens: number; right: number };
}

/** How long the engine took for the usage beside it, in milliseconds; loading and waiting for a turn are no part of it. */
export interface Timings {
  /** From receiving the request to its first new token. */
  promptMs: number;
  /** From the first new token to the end. */
  predictedMs: number;
}

/** A part of the choice with this index, from 0. */
export interface ChoicePart {
  index: number;
  part: AnswerPart;
}
