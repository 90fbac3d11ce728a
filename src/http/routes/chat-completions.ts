import { Elysia } from "elysia";
import { ChatCompletionRequest } from "../../api/openai/chat/request.ts";
import { ChatCompletion, ChatCompletionEvent } from "../../api/openai/responses.ts";
import type { Pool } from "../../engine/pool/pool.ts";
import type { ErrorCode } from "../../errors.ts";
import { planChat } from "../../generate/generation.ts";
import { createSchemaCompiler } from "../../grammar/json-schema/compiled.ts";
import type { Catalog } from "../../serving/catalog.ts";
import { createChatModels } from "../../serving/chat-models.ts";
import { runChoices } from "../../serving/choices.ts";
import { createDeadline } from "../../serving/deadline.ts";
import type { RunningRequests } from "../../serving/running.ts";
import { type Answer, collectAnswer, streamAnswer } from "../answer.ts";
import { documented, loadErrors } from "../openapi.ts";
import { recordOf } from "../record.ts";

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
  pool: Pool;
  running: RunningRequests;
  /** OV_MAX_TOKENS and OV_REQUEST_SECONDS. */
  maxTokens: number;
  requestSeconds: number;
  /** Unique, without its prefix. */
  newId: () => string;
  /** A random integer of 0 or more, for requests without a seed. */
  newSeed: () => number;
}

/** POST /v1/chat/completions */
export function chatCompletions(deps: ChatDeps) {
  const { catalog, pool } = deps;
  const chatModels = createChatModels(deps.newId);
  const compileSchema = createSchemaCompiler();
  return new Elysia({ name: "chat-completions" }).post(
    "/v1/chat/completions",
    async ({ body, request }) => {
      const record = recordOf(request);
      record.stream = body.stream ?? false;
      const model = catalog.resolveServed(body.model, "generate");
      record.model = model.name;
      const plan = planChat(body, { seed: deps.newSeed(), maxTokens: deps.maxTokens, compileSchema });
      const id = `chatcmpl-${deps.newId()}`;
      const deadline = deps.running.track(
        { id, requestId: record.id, key: record.key },
        createDeadline(request.signal, deps.requestSeconds),
      );
      const counts = { prompt: 0, cached: 0, completion: 0, reasoning: 0 };
      const target = catalog.toTarget(model);
      const answer: Answer = {
        head: { id, created: Math.floor(Date.now() / 1000), model: model.name },
        events: runChoices({
          pool,
          target,
          client: record.key === undefined ? record.client : `${record.key}@${record.client}`,
          choices: plan.choices,
          toChoice: (index, loaded) =>
            plan.toChoice(index, chatModels.contextOf(loaded, model.entry.tool_format)),
          counts,
          signal: deadline.signal,
        }),
        counts,
        choices: plan.choices,
        logprobs: plan.logprobs,
        includeUsage: body.stream_options?.include_usage ?? false,
        record,
        deadline,
      };
      return record.stream ? await streamAnswer(answer) : Response.json(await collectAnswer(answer));
    },
    {
      body: ChatCompletionRequest,
      // Read by the app's own parser; without this word the document would leave the body out.
      parse: "json",
      detail: documented({
        summary: "Answer a chat",
        answer: { "application/json": ChatCompletion, "text/event-stream": ChatCompletionEvent },
        errors: [...loadErrors, ...chatErrors],
      }),
    },
  );
}
