import type { TokenLogprob } from "../../../protocol/generate.ts";
import type { CompletionLogprobs } from "./response.ts";

/** Places the tokens of one choice in its text, piece by piece. */
export interface TokenPlaces {
  /** The tokens of the next piece of text. */
  push(text: string, tokens: readonly TokenLogprob[]): CompletionLogprobs;
}

/** `start`: how many characters the text has before the first piece. */
export function createTokenPlaces(start = 0): TokenPlaces {
  let before = start;
  return {
    push(text, tokens) {
      let offset = before;
      const text_offset = tokens.map(({ token }) => {
        const own = offset;
        offset += countCharacters(token);
        return own;
      });
      // A token that is no whole character by itself is shown otherwise than in the text, which has the last word.
      before += countCharacters(text);
      return {
        tokens: tokens.map(({ token }) => token),
        token_logprobs: tokens.map(({ logprob }) => logprob),
        top_logprobs: tokens.map(({ token, logprob }) => ({ [token]: logprob })),
        text_offset,
      };
    },
  };
}

export function joinLogprobs(parts: readonly CompletionLogprobs[]): CompletionLogprobs {
  return {
    tokens: parts.flatMap(({ tokens }) => tokens),
    token_logprobs: parts.flatMap(({ token_logprobs }) => token_logprobs),
    top_logprobs: parts.flatMap(({ top_logprobs }) => top_logprobs),
    text_offset: parts.flatMap(({ text_offset }) => text_offset),
  };
}

/** As Python counts them, in which most clients are written: by code points. */
function countCharacters(text: string): number {
  return [...text].length;
}
