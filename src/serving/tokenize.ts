import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { LoadedModel } from "../engine/pool/target.ts";
import { refuseLongText } from "../generate/prompt.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import { withDeadline } from "./deadline.ts";

export interface Tokens {
  tokens: number[];
  /** The text of each token; null: not asked for. */
  strings: string[] | null;
  /** The model's, in tokens. */
  contextLength: number;
}

/** Who asks: for the order of turns, and to stop when they leave. */
export interface TokenizeAsker {
  client: string;
  signal: AbortSignal;
}

export interface TokenizeText {
  /** What is asked about, once the model is known that may have to render it. */
  toText(loaded: LoadedModel): string | Promise<string>;
  addSpecialTokens: boolean;
  strings: boolean;
}

/** Text to tokens and back by a model's own tokenizer; loads the model if need be. Throws OvErrors. */
export interface TokenizeService {
  tokenize(model: CatalogModel, asker: TokenizeAsker, ask: TokenizeText): Promise<Tokens>;
  detokenize(model: CatalogModel, asker: TokenizeAsker, tokens: number[]): Promise<string>;
}

export interface TokenizeServiceDeps {
  pool: Pick<Pool, "use">;
  catalog: Pick<Catalog, "toTarget">;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
}

export function createTokenizeService({
  pool,
  catalog,
  requestSeconds,
}: TokenizeServiceDeps): TokenizeService {
  /** The events of one operation on the loaded model. */
  const run = <T>(
    model: CatalogModel,
    { client, signal }: TokenizeAsker,
    work: (loaded: LoadedModel, signal: AbortSignal) => AsyncIterable<T>,
  ): Promise<T[]> =>
    withDeadline(signal, requestSeconds, (bound) => {
      const use = (lease: Lease) => work(lease.model, bound);
      return Array.fromAsync(pool.use(catalog.toTarget(model), { client, signal: bound }, use));
    });

  return {
    async tokenize(model, asker, { toText, addSpecialTokens, strings }) {
      let contextLength = 0;
      const events = await run(model, asker, async function* (loaded, signal) {
        contextLength = loaded.host.ready.context_length;
        const text = await toText(loaded);
        refuseLongText(text.length, contextLength, { whose: "the text has", param: "prompt" });
        const request = { text, add_special_tokens: addSpecialTokens, strings };
        yield* loaded.host.run("tokenize", request, signal);
      });
      const found = events.find((event) => event.type === "tokens");
      return { tokens: found?.tokens ?? [], strings: found?.strings ?? null, contextLength };
    },
    async detokenize(model, asker, tokens) {
      const events = await run(model, asker, ({ host }, signal) =>
        host.run("detokenize", { tokens }, signal),
      );
      return events.flatMap((event) => (event.type === "text" ? [event.text] : [])).join("");
    },
  };
}
