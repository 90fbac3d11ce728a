import { Elysia } from "elysia";
import { toChunkEvents } from "../../api/openai/chat/chunks.ts";
import { collectCompletion, toAnswerOptions } from "../../api/openai/chat/completion.ts";
import { ChatCompletionRequest } from "../../api/openai/chat/request.ts";
import { ChatCompletion, ChatCompletionEvent } from "../../api/openai/chat/response.ts";
import { toTextRequest } from "../../api/openai/chat/to-text-request.ts";
import type { ErrorCode } from "../../errors.ts";
import type { Catalog } from "../../serving/catalog.ts";
import { createDeadline } from "../../serving/deadline.ts";
import type { RunningRequests } from "../../serving/running.ts";
import type { AnswerObserver } from "../../serving/tally.ts";
import type { TextService } from "../../serving/text.ts";
import { streamAnswer } from "../answer.ts";
import { documented, loadErrors } from "../openapi.ts";
import { type RequestRecord, recordOf } from "../record.ts";

const chatErrors = [
  "invalid_json",
  "invalid_request",
  "unsupported_parameter",
  "model_required",
  "context_length_exceeded",
  "chat_template_failed",
  "request_timeout",
  "request_too_large",
  "queue_full",
  "request_cancelled",
  "kv_cache_exhausted",
] as const satisfies readonly ErrorCode[];

export interface ChatDeps {
  catalog: Catalog;
  text: TextService;
  running: RunningRequests;
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  /** Unique, without its prefix. */
  newId: () => string;
}

/** POST /v1/chat/completions */
export function chatCompletions(deps: ChatDeps) {
  const { catalog, text } = deps;
  return new Elysia({ name: "chat-completions" }).post(
    "/v1/chat/completions",
    async ({ body, request }) => {
      const record = recordOf(request);
      record.stream = body.stream ?? false;
      const model = catalog.resolveServed(body.model, "generate");
      record.model = model.name;
      const asked = toTextRequest(body);
      const id = `chatcmpl-${deps.newId()}`;
      const deadline = deps.running.track(
        { id, requestId: record.id, key: record.key },
        createDeadline(request.signal, deps.requestSeconds),
      );
      const parts = text.answer(model, asked, {
        client: record.key === undefined ? record.client : `${record.key}@${record.client}`,
        signal: deadline.signal,
        observer: createObserver(record),
      });
      const head = { id, created: Math.floor(Date.now() / 1000), model: model.name };
      const options = toAnswerOptions(body);
      if (record.stream) {
        return await streamAnswer({ events: toChunkEvents(parts, head, options), record, deadline });
      }
      try {
        return Response.json(await collectCompletion(parts, head, options));
      } finally {
        deadline.clear();
      }
    },
    {
      body: ChatCompletionRequest,
      // Read by the app's own parser; without this word the document would leave the body out.
      parse: "json",
      detail: documented({
        summary: "Create a chat completion",
        answer: { "application/json": ChatCompletion, "text/event-stream": ChatCompletionEvent },
        errors: [...loadErrors, ...chatErrors],
      }),
    },
  );
}

/** Notes in the record what the log and the metrics report. */
function createObserver(record: RequestRecord): AnswerObserver {
  return {
    firstToken() {
      record.firstTokenAt = performance.now();
    },
    ended({ promptTokens, cachedTokens, newTokens }, finish) {
      if (promptTokens === 0) return;
      Object.assign(record, { promptTokens, cachedTokens, newTokens });
      if (finish !== null) record.finish = finish === "calls" ? "tool_calls" : finish;
    },
  };
}
