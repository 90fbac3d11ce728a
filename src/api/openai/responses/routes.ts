import type { Catalog, CatalogModel } from "../../../serving/catalog.ts";
import { answerFitting } from "../../../serving/fitting.ts";
import type { KeptAnswers } from "../../../serving/kept.ts";
import type { TextService } from "../../../serving/text.ts";
import type { TokenizeService } from "../../../serving/tokenize.ts";
import { countPrompt, resolveAsked, toTextOptions, toWarning } from "../../answering.ts";
import type { StreamEvent } from "../../dialect.ts";
import { foreignFields, type IgnoredFields, nameIgnored, nameSkipped } from "../../ignored.ts";
import { type ApiRequest, promptErrors, type Route, withJson } from "../../route.ts";
import { openai } from "../errors.ts";
import { type ResponseEvent, ResponseStream } from "./events.ts";
import { type History, type StoredResponse, toHistoryItems, toInputItems, toStoredItems } from "./input.ts";
import { CreateResponseRequest } from "./request.ts";
import { InputTokens, Response } from "./response.ts";
import { createResponseRun, type ResponseRun } from "./run.ts";
import { asksLogprobs, toTextRequest } from "./to-text-request.ts";
import { toTools } from "./to-tools.ts";

export interface ResponsesRoutesDeps {
  catalog: Pick<Catalog, "resolveServed">;
  text: Pick<TextService, "answer" | "render" | "openImages">;
  tokenize: Pick<TokenizeService, "count">;
  responses: KeptAnswers<StoredResponse>;
  /** Unique, without its prefix. */
  newId: () => string;
  now: () => Date;
}

type Request = ApiRequest<CreateResponseRequest>;

const errors = [
  ...promptErrors,
  "chat_template_failed",
  "previous_response_not_found",
  "kv_cache_exhausted",
] as const;

/** Of OpenAI's fields `moderation` and `context_management`; the others are those of chat completions that have other names here. */
const ignored: IgnoredFields = {
  moderation: [],
  context_management: [],
  max_tokens: [-1],
  max_completion_tokens: [-1],
  reasoning_effort: [],
  n: [1],
  functions: [],
  logit_bias: [],
  ...foreignFields,
};

/** POST /v1/responses and /v1/responses/input_tokens */
export function createResponsesRoutes(deps: ResponsesRoutesDeps): Route[] {
  const { catalog, text, responses } = deps;

  function read(body: CreateResponseRequest, key: string | undefined) {
    const history: History = { find: (id) => responses.find(key, id), all: () => responses.all(key) };
    const own = toInputItems(body.input, history);
    const tools = toTools(body.tools ?? []);
    const items = [...toHistoryItems(body.previous_response_id, history), ...own];
    return { own, tools, request: toTextRequest(body, items, tools) };
  }

  /** Lets the response be found while it is made; `onEnd` keeps it for later. */
  async function* watch(run: ResponseRun, input: StoredResponse["input"], { key, parts }: Watched) {
    const { id } = run.snapshot();
    const leave = responses.watch(key, id, () => ({ response: run.snapshot(), input }));
    try {
      yield* run.events(parts);
    } finally {
      leave();
    }
  }

  function start({ body, ...request }: Request, model: CatalogModel) {
    const { key } = request;
    const { own, tools, request: asked } = read(body, key);
    const id = `resp_${deps.newId()}`;
    const answer = (fitting: typeof asked) => text.answer(model, fitting, toTextOptions(request, id));
    const parts = body.truncation === "auto" ? answerFitting(asked, answer) : answer(asked);
    const input = toStoredItems(own, deps.newId);
    const createdAt = Math.floor(deps.now().getTime() / 1000);
    const run = createResponseRun(
      { id, createdAt, model: model.name, body },
      {
        newId: deps.newId,
        now: deps.now,
        tools,
        logprobs: asksLogprobs(body),
        reasoning: {
          summary: typeof body.reasoning?.summary === "string",
          packed: body.include?.includes("reasoning.encrypted_content") ?? false,
        },
        onEnd(response) {
          if (response.store) responses.keep(key, id, { response, input });
        },
      },
    );
    return {
      run,
      events: watch(run, input, { key, parts }),
      headers: toWarning(
        nameSkipped(tools.skipped),
        nameIgnored(body, ignored),
        nameIgnored(body.text, { verbosity: ["medium"] }, "text."),
        nameIgnored(body.reasoning, { mode: ["standard"], generate_summary: [] }, "reasoning."),
      ),
    };
  }

  return [
    withJson(CreateResponseRequest, {
      method: "POST",
      path: "/v1/responses",
      dialect: openai,
      async handle(request) {
        const { model, stream } = resolveAsked(catalog, request.body, request.notes);
        const { run, events, headers } = start(request, model);
        if (!stream) {
          for await (const _event of events);
          return { type: "json", headers, body: run.snapshot() };
        }
        return {
          type: "stream",
          format: "sse",
          headers,
          events: toStream(events),
          renderError: (error) => toStreamEvent(run.toFailureEvent(error)),
        };
      },
      doc: {
        summary: "Create a response",
        answer: { "application/json": Response, "text/event-stream": ResponseStream },
        errors: [...errors, "request_cancelled"],
      },
    }),
    withJson(CreateResponseRequest, {
      method: "POST",
      path: "/v1/responses/input_tokens",
      dialect: openai,
      async handle({ body, notes, key, ...asker }) {
        const model = catalog.resolveServed(body.model, "tokenize");
        notes.set({ model: model.name });
        const { request } = read(body, key);
        const count = await countPrompt(deps, model, request, asker);
        const counted: InputTokens = { object: "response.input_tokens", input_tokens: count };
        return { type: "json", body: counted };
      },
      doc: {
        summary: "Count the input tokens of a response without creating it",
        answer: { "application/json": InputTokens },
        errors,
      },
    }),
  ];
}

interface Watched {
  key: string | undefined;
  parts: Parameters<ResponseRun["events"]>[0];
}

async function* toStream(events: AsyncIterable<ResponseEvent>): AsyncGenerator<StreamEvent> {
  for await (const event of events) yield toStreamEvent(event);
}

function toStreamEvent(event: ResponseEvent): StreamEvent {
  return { event: event.type, data: event };
}
