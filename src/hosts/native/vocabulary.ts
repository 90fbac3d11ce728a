import type { Tokenizer } from "./binding.ts";

/** Token ids decoded in one call. */
const batch = 4096;
/** Beyond any vocabulary: the largest known ones have a quarter of a million tokens. */
const mostTokens = 2 ** 21;
/**
 * Such as "<tool_call>" or "[TOOL_CALLS]"; what has a quote in it is code of the template. As
 * batching/tokenization/control.py has it.
 */
const markup = /^[<[][^'"]*\p{L}[^'"]*[>\]]$/u;

/** A part of the vocabulary: the ids from `start` on, and the text of each; some have none. */
interface Part {
  start: number;
  ids: bigint[][];
  texts: string[];
}

/** The parts that have any text: the binding does not give the vocabulary's size. */
export function* readVocabulary(tokenizer: Tokenizer): Generator<Part> {
  for (let start = 0; start < mostTokens; start += batch) {
    const ids = Array.from({ length: batch }, (_, index) => [BigInt(start + index)]);
    const texts = tokenizer.decode(ids, { skip_special_tokens: false });
    if (texts.every((text) => text === "")) return;
    yield { start, ids, texts };
  }
}

/** The texts of the special tokens, and of others that the chat template writes and the tokenizer finds within any text. */
export function findControlTokens(tokenizer: Tokenizer, template: string | null): string[] {
  const isFound = (text: string, id: number) => {
    const { input_ids } = tokenizer.encode(`a${text} b`, { add_special_tokens: false });
    const data = input_ids.getData();
    return data instanceof BigInt64Array && data.includes(BigInt(id));
  };
  const found: string[] = [];
  for (const { start, ids, texts } of readVocabulary(tokenizer)) {
    const plain = tokenizer.decode(ids, { skip_special_tokens: true });
    const isControl = (text: string, index: number) =>
      text !== "" &&
      (plain[index] === "" ||
        (markup.test(text) && template?.includes(text) && isFound(text, start + index)));
    found.push(...texts.filter(isControl));
  }
  return found.sort();
}
