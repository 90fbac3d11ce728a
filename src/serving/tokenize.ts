import type { ReadyMessage } from "../protocol/messages.ts";
import type { CatalogModel } from "./catalog.ts";
import { withDeadline } from "./deadline.ts";

export interface Tokens {
  tokens: number[];
  /** The text of each token; null: not asked for. */
  strings: string[] | null;
}

/** A loaded model's tokenizer, as its host offers it. */
export interface Tokenizer {
  ready: ReadyMessage;
  tokenize(text: string, options: { addSpecialTokens: boolean; strings: boolean }): Promise<Tokens>;
  detokenize(tokens: number[]): Promise<string>;
}

/** Who asks: for the order of turns, and to stop when they leave. */
export interface TokenizeAsker {
  client: string;
  signal: AbortSignal;
}

/** Runs the work with the model's tokenizer; loads the model if need be. */
export type UseTokenizer = <T>(
  model: CatalogModel,
  asker: TokenizeAsker,
  work: (tokenizer: Tokenizer) => Promise<T>,
) => Promise<T>;

export interface TokenizeText {
  /** What is asked about, once the model is known that may have to render it. */
  toText(tokenizer: Tokenizer): string;
  addSpecialTokens: boolean;
  strings: boolean;
}

export interface Tokenize {
  tokenize(
    model: CatalogModel,
    asker: TokenizeAsker,
    ask: TokenizeText,
  ): Promise<Tokens & { contextLength: number }>;
  detokenize(model: CatalogModel, asker: TokenizeAsker, tokens: number[]): Promise<string>;
}

export interface TokenizeDeps {
  use: UseTokenizer;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
}

export function createTokenize({ use, requestSeconds }: TokenizeDeps): Tokenize {
  const bounded = <T>(
    model: CatalogModel,
    { client, signal }: TokenizeAsker,
    work: (tokenizer: Tokenizer) => Promise<T>,
  ) => withDeadline(signal, requestSeconds, (bound) => use(model, { client, signal: bound }, work));
  return {
    tokenize: (model, asker, { toText, ...options }) =>
      bounded(model, asker, async (tokenizer) => ({
        ...(await tokenizer.tokenize(toText(tokenizer), options)),
        contextLength: tokenizer.ready.context_length,
      })),
    detokenize: (model, asker, tokens) => bounded(model, asker, (tokenizer) => tokenizer.detokenize(tokens)),
  };
}
