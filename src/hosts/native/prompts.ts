import { OvError } from "../../errors.ts";
import type { Tokenizer } from "./binding.ts";

// Longer prompts are counted piece by piece: the tokenizer cuts at its limit and says nothing.
const pieceChars = 8_192;
const countMaxChars = 1_048_576;
// No real text has more characters a token on the whole.
const charsPerToken = 16;

export interface Prompts {
  /** Longest prompt plus answer, in tokens. */
  readonly contextLength: number;
  /** The ids of a prompt that leaves room for an answer; throws `context_length_exceeded` with both numbers. */
  encode(text: string): bigint[];
}

/** `wanted`: the context length in tokens; it is less where the tokenizer silently cuts what is longer. */
export function createPrompts(tokenizer: Tokenizer, wanted: number): Prompts {
  const encode = (text: string) => tokenizer.encode(text, { add_special_tokens: false }).input_ids;
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

  return {
    contextLength,
    encode(text) {
      if (text.length <= mostChars) {
        const ids = encode(text);
        const tokens = ids.getShape()[1] ?? 0;
        if (tokens === 0) throw new OvError("invalid_request", "The messages make an empty prompt.");
        if (tokens < contextLength) return toIds(ids.getData());
      }
      const bound = text.length > mostChars ? "at least " : "";
      const total = Math.max(countInPieces(text), contextLength);
      throw new OvError(
        "context_length_exceeded",
        `This model's context length is ${contextLength} tokens, but the messages have ${bound}${total}: ` +
          "shorten them; the answer needs one token at least.",
      );
    },
  };
}

/** Token ids are 64-bit integers in OpenVINO's tensors. */
function toIds(data: ArrayBufferView): bigint[] {
  if (!(data instanceof BigInt64Array)) throw new TypeError("The tokenizer gave no 64-bit token ids");
  return [...data];
}
