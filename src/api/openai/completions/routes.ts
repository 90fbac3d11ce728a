import type { Catalog } from "../../../serving/catalog.ts";
import type { TextService } from "../../../serving/text.ts";
import type { TokenizeAsker, TokenizeService } from "../../../serving/tokenize.ts";
import { resolveAsked, toTextOptions, toWarning } from "../../answering.ts";
import { foreignFields, nameIgnored } from "../../ignored.ts";
import { answerErrors, type Route, withJson } from "../../route.ts";
import { openai } from "../errors.ts";
import { toChunkEvents } from "./chunks.ts";
import { collectCompletion, toAnswerOptions } from "./completion.ts";
import { createInfillRoute } from "./infill/route.ts";
import { CompletionRequest } from "./request.ts";
import { TextCompletion, TextCompletionEvent } from "./response.ts";
import { toPromptList, toRawRequest } from "./to-raw-request.ts";

export interface CompletionsRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  text: Pick<TextService, "answer">;
  tokenize: Pick<TokenizeService, "detokenize">;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
}

/** POST /v1/completions, and llama.cpp's /infill */
export function createCompletionsRoutes(deps: CompletionsRoutesDeps): Route[] {
  const { catalog, text, newId, now } = deps;
  return [
    withJson(CompletionRequest, {
      method: "POST",
      path: "/v1/completions",
      dialect: openai,
      async handle({ body, ...request }) {
        const { model, stream } = resolveAsked(catalog, body, request.notes);
        const id = `cmpl-${newId()}`;
        const raw = toRawRequest(body);
        const prompts = body.echo ? await readPrompts(body, model, request) : [];
        const parts = text.answer(model, raw, toTextOptions(request, id));
        const head = { id, created: Math.floor(now().getTime() / 1000), model: model.name };
        const options = toAnswerOptions(body, prompts);
        const headers = toWarning(nameIgnored(body, foreignFields));
        if (stream) {
          return { type: "stream", format: "sse", headers, events: toChunkEvents(parts, head, options) };
        }
        return { type: "json", headers, body: await collectCompletion(parts, head, options) };
      },
      doc: {
        summary: "Complete a text",
        answer: { "application/json": TextCompletion, "text/event-stream": TextCompletionEvent },
        errors: answerErrors,
      },
    }),
    createInfillRoute(deps),
  ];

  /** The prompts as text, to be echoed. */
  async function readPrompts(
    { prompt }: CompletionRequest,
    model: ReturnType<Catalog["resolveServed"]>,
    asker: TokenizeAsker,
  ): Promise<string[]> {
    const read = async (one: string | number[]) =>
      typeof one === "string" ? one : await deps.tokenize.detokenize(model, asker, one);
    return await Promise.all(toPromptList(prompt).map(read));
  }
}
