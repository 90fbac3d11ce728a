import { plainText, type Speed, type Writing } from "../library/speed.ts";
import { toAnswerMs } from "./judge.ts";

/** How long the answers are that are measured. */
export interface Size {
  /** Of about 100 tokens each, in the prompt. */
  paragraphs: number;
  /** Of the answer. */
  tokens: number;
}

export const smallSize: Size = { paragraphs: 1, tokens: 24 };

const longestMs = 6000;
const mostParagraphs = 4;
const mostTokens = 96;

/**
 * As long as fits in `answerMs` and in some seconds, by what a small answer took; never smaller than that. `contextLength`: in
 * tokens.
 */
export function toSize(small: Speed, contextLength: number, answerMs: number): Size {
  const target = Math.min(longestMs, answerMs);
  const factor = Math.max(1, Math.min(mostParagraphs, target / toAnswerMs(small)));
  // A paragraph may take more tokens in other vocabularies.
  const room = Math.max(1, Math.floor((contextLength - mostTokens) / 200));
  const paragraphs = Math.min(room, Math.floor(factor));
  return { paragraphs, tokens: Math.min(mostTokens, Math.round(smallSize.tokens * factor)) };
}

/** Prompts of different numbers share no beginning, so that none is found in the prefix cache. */
export function toWriting({ paragraphs, tokens }: Size, number: number): Writing {
  const text = Array.from({ length: paragraphs }, () => plainText).join("\n\n");
  return { prompt: `Story ${number}.\n\n${text}`, tokens };
}
