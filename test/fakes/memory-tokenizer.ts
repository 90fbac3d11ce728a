import type { Tokenizer, UseTokenizer } from "../../src/serving/tokenize.ts";
import { createMemoryHost } from "./memory-host.ts";

/** A tokenizer whose tokens are characters; the special one that it adds in front is 1, as `<s>`. */
function createMemoryTokenizer(): Tokenizer {
  return {
    ready: createMemoryHost().ready,
    async tokenize(text, { addSpecialTokens, strings }) {
      const characters = [...text];
      const start = addSpecialTokens ? ["<s>"] : [];
      const codes = characters.map((character) => character.codePointAt(0) ?? 0);
      return {
        tokens: addSpecialTokens ? [1, ...codes] : codes,
        strings: strings ? [...start, ...characters] : null,
      };
    },
    detokenize: async (tokens) =>
      tokens.map((token) => (token === 1 ? "<s>" : String.fromCodePoint(token))).join(""),
  };
}

export const useMemoryTokenizer: UseTokenizer = (_model, { signal }, work) => {
  signal.throwIfAborted();
  return work(createMemoryTokenizer());
};
