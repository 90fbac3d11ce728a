import { OvError } from "../../errors.ts";
import type { Tokenizer } from "./binding.ts";

// Longer texts are counted piece by piece: the tokenizer silently cuts at its limit.
const pieceChars = 8_192;
const countMaxChars = 131_072;
// No real text has more characters per token on average.
const charsPerToken = 16;
const promptAdvice = "shorten it; the answer needs one token at least";

/** A prompt as the engine takes it, as text, and the ids that the engine encodes it to. */
export interface EnginePrompt {
  text: string;
  /** The tokenizer's own tokens are put around the text. */
  specialTokens: boolean;
  ids: bigint[];
}

export interface Prompts {
  /** Longest prompt plus answer, in tokens. */
  readonly contextLength: number;
  /**
   * A prompt, of text or of ids, that leaves room for an answer. Throws `context_length_exceeded` with both numbers, and
   * `invalid_request` for ids that no text has.
   */
  encode(prompt: string | readonly number[], addSpecialTokens: boolean): EnginePrompt;
  /** The ids of any text, with the tokenizer's own tokens around it if asked for; throws as `encode`. May be none. */
  encodeText(text: string, addSpecialTokens: boolean): bigint[];
  /**
   * Of how many tokens a piece of an answer is, one at least. The engine gives several away at once, such as all up to a line
   * break, and counts them only when the answer is over, which one with a stop string never is.
   */
  countPiece(text: string): number;
}

/** `wanted`: the context length in tokens; it is less where the tokenizer silently cuts what is longer. */
export function createPrompts(tokenizer: Tokenizer, wanted: number): Prompts {
  const encode = (text: string, special = false) =>
    tokenizer.encode(text, { add_special_tokens: special }).input_ids;
  const count = (text: string) => encode(text).getShape()[1] ?? 0;
  const breakTokens = count("\n");
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
    return exceeded(whose, `${bound}${Math.max(countInPieces(text), contextLength)}`, advice);
  }

  function exceeded(whose: string, tokens: string, advice: string): OvError {
    const what = `This model's context length is ${contextLength} tokens, but ${whose} ${tokens}`;
    return new OvError("context_length_exceeded", `${what}: ${advice}.`);
  }

  /** The binding takes no ids, so this finds a text that encodes to exactly these. */
  function toPrompt(given: readonly number[]): EnginePrompt {
    if (given.length >= contextLength) throw exceeded("the prompt has", String(given.length), promptAdvice);
    const ids = given.map(BigInt);
    const text = tokenizer.decode(ids, { skip_special_tokens: false });
    const isSame = (other: bigint[] | null) => other?.join() === ids.join();
    const specialTokens = [false, true].find((special) => isSame(encodeWithin(text, special)));
    if (specialTokens !== undefined) return { text, specialTokens, ids };
    throw new OvError("invalid_request", {
      what: 'The engine "native" cannot take these token ids as a prompt',
      why: "it takes text, and no text has exactly these tokens",
      next: 'Send the prompt as text, or run the model on the engine "batching" (`ov-llm models set NAME engine=batching`).',
    });
  }

  return {
    contextLength,
    encode(prompt, specialTokens) {
      if (typeof prompt !== "string") return toPrompt(prompt);
      const ids = encodeWithin(prompt, specialTokens);
      if (ids === null) throw tooLong(prompt, "the prompt has", promptAdvice);
      if (ids.length === 0) {
        throw new OvError("invalid_request", "The prompt has no tokens: send some text.");
      }
      return { text: prompt, specialTokens, ids };
    },
    // After a line break, because some tokenizers put a space before a text's first word.
    countPiece: (text) => Math.max(1, count(`\n${text}`) - breakTokens),
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
