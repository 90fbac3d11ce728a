import type { TextRequest } from "../generate/request.ts";
import type { Catalog, CatalogModel } from "../serving/catalog.ts";
import type { Asker } from "../serving/operation.ts";
import type { AnswerObserver } from "../serving/tally.ts";
import type { AnswerOptions, TextService } from "../serving/text.ts";
import type { TokenizeAsker, TokenizeService } from "../serving/tokenize.ts";
import type { ApiRequest, RequestNotes } from "./route.ts";

/** The model that is to answer, and whether in a stream; both are noted, the latter also where no such model is served. */
export function resolveAsked(
  catalog: Pick<Catalog, "resolveServed">,
  body: { model?: string | null; stream?: boolean | null },
  notes: RequestNotes,
): { model: CatalogModel; stream: boolean } {
  const stream = body.stream ?? false;
  notes.set({ stream });
  const model = catalog.resolveServed(body.model, "generate");
  notes.set({ model: model.name });
  return { model, stream };
}

/** How the text service answers a request of any dialect. `id`: of the answer, by which it can be cancelled. */
export function toTextOptions(request: Omit<ApiRequest<unknown>, "body">, id: string): AnswerOptions {
  return { ...toAsker(request, id), observer: toObserver(request.notes) };
}

/** The same for operations whose answer is not streamed. */
export function toAsker(request: Omit<ApiRequest<unknown>, "body">, id: string): Asker {
  const { id: requestId, key, client, signal } = request;
  return { id, requestId, key, client, signal };
}

/** How many tokens the prompt has that would be answered; it may be longer than the context. */
export async function countPrompt(
  {
    text,
    tokenize,
  }: { text: Pick<TextService, "render" | "openImages">; tokenize: Pick<TokenizeService, "count"> },
  model: CatalogModel,
  request: TextRequest,
  asker: TokenizeAsker,
): Promise<number> {
  const images = await text.openImages(model, request, asker.signal);
  const options = { addGenerationPrompt: true, client: asker.client, images: images.files };
  try {
    return await tokenize.count(model, asker, (loaded) => text.render(model, request, loaded, options));
  } finally {
    await images.release();
  }
}

/** Notes what the log, the metrics and the events report of an answer. */
function toObserver(notes: RequestNotes): AnswerObserver {
  return {
    firstToken: notes.firstToken,
    started: notes.follow,
    ended({ promptTokens }, finish) {
      // Before the engine has taken the prompt there is nothing to count.
      if (promptTokens > 0 && finish !== null)
        notes.set({ finish: finish === "calls" ? "tool_calls" : finish });
    },
  };
}

/** What of an answered request was ignored, in sentences, as headers; null: nothing. */
export function toWarning(...sentences: readonly (string | null)[]): Record<string, string> {
  const text = sentences.filter((sentence) => sentence !== null).join(" ");
  // A header has room for little, and for ASCII alone.
  return text === "" ? {} : { "x-ov-llm-warning": text.slice(0, 500).replace(/[^ -~]/g, "?") };
}
