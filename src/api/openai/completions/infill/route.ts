import type { Catalog } from "../../../../serving/catalog.ts";
import type { TextService } from "../../../../serving/text.ts";
import { resolveAsked, toTextOptions } from "../../../answering.ts";
import { answerErrors, type Route, withJson } from "../../../route.ts";
import { openai } from "../../errors.ts";
import { collectInfill, toInfillEvents } from "./answer.ts";
import { InfillRequest, toInfillRequest } from "./request.ts";
import { InfillAnswer, InfillEvent } from "./response.ts";

export interface InfillRouteDeps {
  catalog: Pick<Catalog, "resolveServed">;
  text: Pick<TextService, "answer">;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
}

/** llama.cpp's POST /infill, for editors that complete by it; errors are OpenAI's. */
export function createInfillRoute({ catalog, text, newId, now }: InfillRouteDeps): Route {
  return withJson(InfillRequest, {
    method: "POST",
    path: "/infill",
    dialect: openai,
    async handle({ body, ...request }) {
      const { model, stream } = resolveAsked(catalog, body, request.notes);
      const id = `infill-${newId()}`;
      const parts = text.answer(model, toInfillRequest(body), toTextOptions(request, id));
      const options = { model: model.name, body, now };
      if (stream) return { type: "stream", format: "sse", events: toInfillEvents(parts, options) };
      return { type: "json", body: await collectInfill(parts, options) };
    },
    doc: {
      summary: "Fill in the middle of a text",
      answer: { "application/json": InfillAnswer, "text/event-stream": InfillEvent },
      errors: answerErrors,
    },
  });
}
