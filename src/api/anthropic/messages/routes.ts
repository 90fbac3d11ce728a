import type { Catalog } from "../../../serving/catalog.ts";
import type { TextService } from "../../../serving/text.ts";
import type { TokenizeService } from "../../../serving/tokenize.ts";
import { countPrompt, resolveAsked, toTextOptions, toWarning } from "../../answering.ts";
import type { StreamEvent } from "../../dialect.ts";
import { nameIgnored, nameSkipped } from "../../ignored.ts";
import { answerErrors, promptErrors, type Route, withJson } from "../../route.ts";
import { anthropic } from "../errors.ts";
import { toHead, toMessageEvents } from "./events.ts";
import { collectMessage } from "./message.ts";
import { CountTokensRequest, MessagesRequest } from "./request.ts";
import { Message, type MessageEvent, MessageStreamEvent, TokensCount } from "./response.ts";
import { toTextRequest } from "./to-text-request.ts";
import { findSkipped } from "./tools.ts";

export interface MessagesRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  text: Pick<TextService, "answer" | "render" | "openImages">;
  tokenize: Pick<TokenizeService, "count">;
  /** Unique, without its prefix. */
  newId: () => string;
}

/** POST /v1/messages and /v1/messages/count_tokens */
export function createMessagesRoutes(deps: MessagesRoutesDeps): Route[] {
  const { catalog, text, newId } = deps;
  return [
    withJson(MessagesRequest, {
      method: "POST",
      path: "/v1/messages",
      dialect: anthropic,
      async handle({ body, ...request }) {
        const { model, stream } = resolveAsked(catalog, body, request.notes);
        const id = `msg_${newId()}`;
        const parts = text.answer(model, toTextRequest(body), toTextOptions(request, id));
        const events = toMessageEvents(parts, toHead(body, id, model.name));
        const headers = toWarning(
          nameSkipped(findSkipped(body)),
          nameIgnored(body, { mcp_servers: [], container: [] }),
        );
        if (stream) return { type: "stream", format: "sse", headers, events: nameEvents(events) };
        return { type: "json", headers, body: await collectMessage(events) };
      },
      doc: {
        summary: "Create a message, as in Anthropic's API",
        answer: { "application/json": Message, "text/event-stream": MessageStreamEvent },
        errors: [...answerErrors, "chat_template_failed"],
      },
    }),
    withJson(CountTokensRequest, {
      method: "POST",
      path: "/v1/messages/count_tokens",
      dialect: anthropic,
      async handle({ body, notes, ...asker }) {
        const model = catalog.resolveServed(body.model, "tokenize");
        notes.set({ model: model.name });
        const count = await countPrompt(deps, model, toTextRequest(body), asker);
        const answer: TokensCount = { input_tokens: count, context_management: null };
        return { type: "json", body: answer };
      },
      doc: {
        summary: "Count the tokens of a message's prompt",
        answer: { "application/json": TokensCount },
        errors: [...promptErrors, "chat_template_failed"],
      },
    }),
  ];
}

async function* nameEvents(events: AsyncIterable<MessageEvent>): AsyncGenerator<StreamEvent> {
  for await (const data of events) yield { event: data.type, data };
}
