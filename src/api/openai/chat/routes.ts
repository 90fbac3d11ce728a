import type { Catalog } from "../../../serving/catalog.ts";
import type { ChatRun, Chats } from "../../../serving/chat.ts";
import type { ChoiceEvent } from "../../../serving/choices.ts";
import { loadErrors, type RequestNotes, type Route, withJson } from "../../route.ts";
import { openai } from "../errors.ts";
import { ChatCompletion, ChatCompletionEvent } from "../responses.ts";
import { collectCompletion, toChunkEvents } from "./chunks.ts";
import { ChatCompletionRequest } from "./request.ts";

export interface ChatRoutesDeps {
  catalog: Catalog;
  chats: Chats;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
}

/** POST /v1/chat/completions */
export function createChatRoutes({ catalog, chats, newId, now }: ChatRoutesDeps): Route[] {
  return [
    withJson(ChatCompletionRequest, {
      method: "POST",
      path: "/v1/chat/completions",
      dialect: openai,
      async handle({ body, notes, signal, client, key, id: requestId }) {
        const stream = body.stream ?? false;
        notes.set({ stream });
        const model = catalog.resolve(body.model);
        notes.set({ model: model.name });
        const id = `chatcmpl-${newId()}`;
        const run = chats.start(model, body, { id, requestId, key, client, signal });
        const head = { id, created: Math.floor(now().getTime() / 1000), model: model.name };
        const options = { ...run, includeUsage: body.stream_options?.include_usage ?? false };
        const parts = noted(run, notes);
        if (stream) return { type: "stream", format: "sse", events: toChunkEvents(parts, head, options) };
        return { type: "json", body: await collectCompletion(parts, head, options) };
      },
      doc: {
        summary: "Create a chat completion",
        answer: { "application/json": ChatCompletion, "text/event-stream": ChatCompletionEvent },
        errors: [
          ...loadErrors,
          "unsupported_parameter",
          "model_required",
          "context_length_exceeded",
          "chat_template_failed",
          "queue_full",
          "request_cancelled",
          "kv_cache_exhausted",
        ],
      },
    }),
  ];
}

/** The parts as they come, noted for the request's record. */
async function* noted({ parts, counts }: ChatRun, notes: RequestNotes): AsyncGenerator<ChoiceEvent> {
  let finish: string | undefined;
  try {
    for await (const part of parts) {
      if (part.type === "delta") notes.firstToken();
      if (part.type === "end") finish ??= part.reason;
      yield part;
    }
  } finally {
    // Before the engine has taken the prompt there is nothing to count.
    if (counts.prompt > 0) {
      const { prompt, cached, completion } = counts;
      notes.set({ promptTokens: prompt, cachedTokens: cached, newTokens: completion });
      if (finish !== undefined) notes.set({ finish });
    }
  }
}
