import { OvError } from "../../errors.ts";
import type { Tokenizer } from "./binding.ts";

// Longer texts are counted piece by piece: the tokenizer cuts at its limit and says nothing.
const pieceChars = 8_192;
const countMaxChars = 131_072;
// No real text has more characters a token on the whole.
const charsPerToken = 16;

export interface Prompts {
  /** Longest prompt plus answer, in tokens. */
  readonly contextLength: number;
  /** The ids of a prompt that leaves room for an answer; throws `context_length_exceeded` with both numbers. */
  encode(prompt: string): bigint[];
  /** The ids of any text, with the tokenizer's own tokens around it if asked for; throws as `encode`. May be none. */
  encodeText(text: string, addSpecialTokens: boolean): bigint[];
}

/** `wanted`: the context length in tokens; it is less where the tokenizer silently cuts what is longer. */
export function createPrompts(tokenizer: Tokenizer, wanted: number): Prompts {
  const encode = (text: string, special = false) =>
    tokenizer.encode(text, { add_special_tokens: special }).input_ids;
  const count = (text: string) => encode(text).getShape()[1] ?? 0;
  const contextLength = Math.min(wanted, count("x ".repeat(wanted + 64)));
  const mostChars = Math.max(countMaxChars, charsPerToken * contextLength);

  function countInPieces(text: string): number {
    let total = 0;
    for (let at = 0; at < Math.min(text.length, mostChars); at += pieceChars) {
      total += count(text.slice(at, at + pieceChars));
    }
    return total;
  }

  /** null: too long. */
  function encodeWithin(text: string, special: boolean): bigint[] | null {
    if (text.length > mostChars) return null;
    const ids = encode(text, special);
    const tokens = ids.getShape()[1] ?? 0;
    if (tokens >= contextLength) return null;
    return tokens === 0 ? [] : toIds(ids.getData());
  }

  function tooLong(text: string, whose: string, advice: string): OvError {
    const bound = text.length > mostChars ? "at least " : "";
    const total = Math.max(countInPieces(text), contextLength);
    const what = `This model's context length is ${contextLength} tokens, but ${whose} ${bound}${total}`;
    return new OvError("context_length_exceeded", `${what}: ${advice}.`);
  }

  return {
    contextLength,
    encode(prompt) {
      const ids = encodeWithin(prompt, false);
      if (ids === null) {
        const advice = "shorten them; the answer needs one token at least";
        throw tooLong(prompt, "the messages have", advice);
      }
      if (ids.length === 0) throw new OvError("invalid_request", "The messages make an empty prompt.");
      return ids;
    },
    encodeText(text, addSpecialTokens) {
      const ids = encodeWithin(text, addSpecialTokens);
      if (ids === null) throw tooLong(text, "the text has", "shorten it to fewer than that, or split it");
      return ids;
    },
  };
}

/** Token ids are 64-bit integers in OpenVINO's tensors. */
function toIds(data: ArrayBufferView): bigint[] {
  if (!(data instanceof BigInt64Array)) throw new TypeError("The tokenizer gave no 64-bit token ids");
  return [...data];
}
