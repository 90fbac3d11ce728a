import { OvError } from "../../errors.ts";
import type { FromHost } from "../../protocol/messages.ts";
import type { DetokenizeMessage, TokenizeMessage } from "../../protocol/tokens.ts";
import type { Tokenizer } from "./binding.ts";
import type { Prompts } from "./prompts.ts";
import { readVocabulary } from "./vocabulary.ts";

/** Texts to token ids and back. Both answer at once: the tokenizer works beside a running generation. */
export interface Tokens {
  tokenize(message: TokenizeMessage): FromHost;
  detokenize(message: DetokenizeMessage): FromHost;
}

export function createTokens(tokenizer: Tokenizer, prompts: Prompts): Tokens {
  /** Some tokenizers drop a text's first space, so each token is decoded after this text. */
  const anchor = prompts.encodeText("a", false);
  const anchorText = tokenizer.decode(anchor, { skip_special_tokens: false });
  let vocabulary: number | undefined;

  function toStrings(ids: bigint[]): string[] {
    if (ids.length === 0) return [];
    const texts = tokenizer.decode(
      ids.map((id) => [...anchor, id]),
      { skip_special_tokens: false },
    );
    return texts.map((text) => text.slice(anchorText.length));
  }

  /** The binding does not give the vocabulary's size: it is one more than the last id that has a text. */
  function countVocabulary(): number {
    let size = 0;
    for (const { start, texts } of readVocabulary(tokenizer))
      size = start + texts.findLastIndex((text) => text !== "") + 1;
    return size;
  }

  return {
    tokenize({ id, text, add_special_tokens, strings }) {
      const ids = prompts.encodeText(text, add_special_tokens);
      return { type: "tokens", id, tokens: ids.map(Number), strings: strings ? toStrings(ids) : null };
    },
    detokenize({ id, tokens }) {
      if (tokens.length > prompts.contextLength) {
        const what = `This model's context length is ${prompts.contextLength} tokens, but the request has`;
        throw new OvError("context_length_exceeded", `${what} ${tokens.length}: send fewer.`);
      }
      vocabulary ??= countVocabulary();
      const size = vocabulary;
      const unknown = tokens.find((token) => token < 0 || token >= size);
      if (unknown !== undefined) {
        const what = `The model has no token ${unknown}: its ids are 0 to ${size - 1}.`;
        throw new OvError("invalid_request", what);
      }
      const text =
        tokens.length === 0 ? "" : tokenizer.decode(tokens.map(BigInt), { skip_special_tokens: false });
      return { type: "text", id, text };
    },
  };
}
