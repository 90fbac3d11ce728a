import type { LoadedModel } from "../engine/model/loaded.ts";
import type { Lease } from "../engine/pool/lease.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Host } from "../engine/supervise/types.ts";
import { OvError } from "../errors.ts";
import type { CutText } from "../generate/cut-source.ts";
import { refuseLongText } from "../generate/prompt.ts";
import type { ImageFile } from "../protocol/generate.ts";
import type { Catalog, CatalogModel } from "./catalog.ts";
import { withDeadline } from "./deadline.ts";

export interface Tokens {
  tokens: number[];
  /** The text of each token; null: not requested. */
  strings: string[] | null;
  /** The model's context length, in tokens. */
  contextLength: number;
}

/** The client: for the order of turns, and to stop when it leaves. */
export interface TokenizeAsker {
  client: string;
  signal: AbortSignal;
}

/** A prompt, and the files of its image tags; absent: it has none. */
export interface ShownText extends CutText {
  images?: ImageFile[];
}

export interface TokenizeText {
  /** Makes the prompt once the model that may have to render it is known. */
  toText(loaded: LoadedModel): CutText | Promise<CutText>;
  addSpecialTokens: boolean;
  strings: boolean;
}

export type CountedText = (loaded: LoadedModel) => ShownText | Promise<ShownText>;

/** Text to tokens and back with a model's own tokenizer; loads the model if necessary. Throws OvErrors. */
export interface TokenizeService {
  tokenize(model: CatalogModel, asker: TokenizeAsker, ask: TokenizeText): Promise<Tokens>;
  detokenize(model: CatalogModel, asker: TokenizeAsker, tokens: number[]): Promise<string>;
  /** How many tokens a prompt has. A prompt beyond the context is counted in parts, so the result may be a few tokens too high. */
  count(model: CatalogModel, asker: TokenizeAsker, toText: CountedText): Promise<number>;
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
        const { text, cut } = await toText(loaded);
        const { length } = toPieces({ text, cut }).join("");
        refuseLongText(length, contextLength, { whose: "the text has", param: "prompt" });
        const cuts = cut !== null && { cut };
        const request = { text, ...cuts, add_special_tokens: addSpecialTokens, strings };
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
    async count(model, asker, toText) {
      const counts = await run(model, asker, async function* (loaded, signal) {
        const limit = loaded.host.ready.context_length;
        const text = await toText(loaded);
        const { length } = toPieces(text).join("");
        refuseLongText(length, limit, { whose: "the prompt has", param: "messages" });
        yield* countParts(loaded.host, text, signal);
      });
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** A tokenizer silently cuts what exceeds the context, so no part may. No character has more tokens. */
const tokensOfCharacter = 4;
const longestPart = 8192;

/** The tokens of the whole text or, if that exceeds the context, of each of its parts. */
async function* countParts(host: Host, text: ShownText, signal: AbortSignal): AsyncGenerator<number> {
  const count = async ({ text: part, cut, images }: ShownText) => {
    // The template adds its own special tokens.
    const given = { text: part, ...(cut !== null && { cut }), ...(images && { images }) };
    const request = { ...given, add_special_tokens: false, strings: false };
    const events = await Array.fromAsync(host.run("tokenize", request, signal));
    const counts = events.map((event) =>
      event.type === "tokens" ? event.tokens.length + event.imageTokens : 0,
    );
    return counts.reduce((sum, one) => sum + one, 0);
  };
  try {
    yield await count(text);
  } catch (error) {
    const isTooLong = error instanceof OvError && error.code === "context_length_exceeded";
    if (!isTooLong || text.images !== undefined) throw error;
    const size = Math.min(longestPart, Math.floor((host.ready.context_length - 1) / tokensOfCharacter));
    const { cut } = text;
    const parts = toPieces(text).flatMap((piece) => toParts(piece, Math.max(1, size)));
    for (const group of toGroups(parts, size)) yield await count({ text: group.join(cut ?? ""), cut });
  }
}

/** Joins neighbours to at most that many UTF-16 units: requesting thousands one by one would take seconds. */
export function toGroups(parts: readonly string[], size: number): string[][] {
  const groups: string[][] = [];
  let room = 0;
  for (const part of parts) {
    if (part.length > room) {
      groups.push([]);
      room = size;
    }
    groups.at(-1)?.push(part);
    room -= part.length;
  }
  return groups;
}

function toPieces({ text, cut }: CutText): string[] {
  return cut === null ? [text] : text.split(cut);
}

/** Pieces of at most that many UTF-16 units, or of one character. */
export function toParts(text: string, size: number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    const cut = start + size;
    const isWithin = /[\uD800-\uDBFF]/.test(text[cut - 1] ?? "") && /[\uDC00-\uDFFF]/.test(text[cut] ?? "");
    const end = isWithin ? (cut - 1 > start ? cut - 1 : cut + 1) : cut;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}
