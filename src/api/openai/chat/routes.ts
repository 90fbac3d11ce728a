import type { Catalog } from "../../../serving/catalog.ts";
import type { TextService } from "../../../serving/text.ts";
import { resolveAsked, toTextOptions, toWarning } from "../../answering.ts";
import { foreignFields, type IgnoredFields, nameIgnored } from "../../ignored.ts";
import { answerErrors, type Route, withJson } from "../../route.ts";
import { openai } from "../errors.ts";
import { toChunkEvents } from "./chunks.ts";
import { collectCompletion, toAnswerOptions } from "./completion.ts";
import { readTools } from "./foreign-tools.ts";
import { ChatCompletionRequest } from "./request.ts";
import { ChatCompletion, ChatCompletionEvent } from "./response.ts";
import { toTextRequest } from "./to-text-request.ts";

export interface ChatRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  text: Pick<TextService, "answer">;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
}

/** Of OpenAI's fields `store`, `verbosity` and `moderation`; then of its Responses API and of Ollama's, which clients mistake for it. */
const ignored: IgnoredFields = {
  store: [],
  verbosity: ["medium"],
  moderation: [],
  instructions: [],
  max_output_tokens: [],
  previous_response_id: [],
  format: [],
  options: [],
  ...foreignFields,
};

/** POST /v1/chat/completions */
export function createChatRoutes({ catalog, text, newId, now }: ChatRoutesDeps): Route[] {
  return [
    withJson(ChatCompletionRequest, {
      method: "POST",
      path: "/v1/chat/completions",
      dialect: openai,
      async handle({ body, ...request }) {
        const { model, stream } = resolveAsked(catalog, body, request.notes);
        const id = `chatcmpl-${newId()}`;
        const parts = text.answer(model, toTextRequest(body), toTextOptions(request, id));
        const head = { id, created: Math.floor(now().getTime() / 1000), model: model.name };
        const options = toAnswerOptions(body);
        const headers = toWarning(readTools(body).warning, nameIgnored(body, ignored));
        if (stream) {
          return { type: "stream", format: "sse", headers, events: toChunkEvents(parts, head, options) };
        }
        return { type: "json", headers, body: await collectCompletion(parts, head, options) };
      },
      doc: {
        summary: "Create a chat completion",
        answer: { "application/json": ChatCompletion, "text/event-stream": ChatCompletionEvent },
        errors: [...answerErrors, "chat_template_failed"],
      },
    }),
  ];
}
