import type { TokenLogprob } from "../../../protocol/generate.ts";
import type { CompletionLogprobs } from "./response.ts";

const encoder = new TextEncoder();

/**
 * Places the tokens of one choice in its text, piece by piece. Characters are code points, as in Python, in which most clients
 * are written.
 */
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
      const text_offset = tokens.map(({ token, bytes = encoder.encode(token) }) => {
        const [first = 0] = bytes;
        // One that goes on with a character stands where that started.
        const own = isFirst(first) ? offset : offset - 1;
        offset += [...bytes].filter(isFirst).length;
        return own;
      });
      before += [...text].length;
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

/** Whether a character starts with this byte of UTF-8 (RFC 3629, section 3). */
function isFirst(byte: number): boolean {
  return (byte & 0xc0) !== 0x80;
}
