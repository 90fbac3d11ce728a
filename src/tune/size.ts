import { novel } from "../library/novel.ts";
import type { Speed, Writing } from "../library/speed.ts";
import { toAnswerMs } from "./judge.ts";

/** How long the answers are that are measured. */
export interface Size {
  /** Of the prompt, about. */
  promptTokens: number;
  /** Of the answer. */
  tokens: number;
}

export const smallSize: Size = { promptTokens: 100, tokens: 24 };

const longestMs = 6000;
/** Prompts of this length are split into the steps of the engine. */
const most: Size = { promptTokens: 1000, tokens: 128 };

/**
 * As long as fits in `answerMs` and in some seconds, by what a small answer took; never smaller than that. `contextLength`: in
 * tokens.
 */
export function toSize(small: Speed, contextLength: number, answerMs: number): Size {
  const factor = Math.max(1, Math.min(longestMs, answerMs) / toAnswerMs(small));
  const tokens = Math.min(most.tokens, Math.round(smallSize.tokens * factor));
  // Other vocabularies may take twice as many.
  const room = Math.max(smallSize.promptTokens, (contextLength - tokens) / 2);
  return {
    promptTokens: Math.round(Math.min(most.promptTokens, room, smallSize.promptTokens * factor)),
    tokens,
  };
}

const words = novel.split(" ");
const tokensPerWord = 1.35;

/**
 * Prompts of different numbers share no beginning, so that none is found in the prefix cache. They do not repeat themselves, which
 * would make guesses look better than they are.
 */
export function toWriting({ promptTokens, tokens }: Size, number: number): Writing {
  const count = Math.round(promptTokens / tokensPerWord);
  const more = Array.from({ length: Math.max(0, count - words.length) }, toMixed);
  // What is to be continued comes last.
  const text = [...more, ...words.slice(0, count)].join(" ");
  return { prompt: `Story ${number}.\n\n${text}`, tokens };
}

/** The words in another order: the stride has no divisor in common with most numbers of words. */
function toMixed(_: unknown, index: number): string {
  return words[(index * 211) % words.length] ?? "";
}
