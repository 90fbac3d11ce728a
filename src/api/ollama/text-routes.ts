import { type TSchema, Type } from "@sinclair/typebox";
import type { RawRequest } from "../../generate/raw.ts";
import type { TextRequest } from "../../generate/request.ts";
import type { Catalog, CatalogModel } from "../../serving/catalog.ts";
import { withDeadline } from "../../serving/deadline.ts";
import type { TextService } from "../../serving/text.ts";
import { resolveAsked, toTextOptions, toWarning } from "../answering.ts";
import { nameIgnored } from "../ignored.ts";
import { type Answer, type ApiRequest, answerErrors, type Route, withJson } from "../route.ts";
import { type Content, collectAnswer, frameMessage, frameResponse, toLines } from "./answer.ts";
import { ollama } from "./errors.ts";
import { toKeepSeconds } from "./keep-alive.ts";
import { toKnownName, toTagged } from "./names.ts";
import { ChatRequest, fromChat, fromPrompt, GenerateRequest } from "./request.ts";
import { ChatAnswer, ChatLine, ChatMoved, GenerateAnswer, GenerateLine, GenerateMoved } from "./response.ts";
import { type Clock, createTiming, toTime } from "./timing.ts";

type Target = ReturnType<Catalog["toTarget"]>;

export interface TextRoutesDeps {
  catalog: Catalog;
  text: Pick<TextService, "answer">;
  pool: {
    load(target: Target, signal: AbortSignal, mayEvict: boolean): Promise<void>;
    unload(name: string, signal: AbortSignal): Promise<void>;
  };
  /** OV_REQUEST_SECONDS */
  requestSeconds: number;
  now: () => Date;
  clock: Clock;
}

/** What /api/chat and /api/generate have in common. */
interface TextBody {
  model?: string | null;
  stream?: boolean | null;
  logprobs?: boolean | null;
  keep_alive?: number | string | null;
  options?: Record<string, unknown> | null;
}

/** Options that choose tokens in ways that the engine does not have, with Ollama's defaults. */
const ignoredOptions = { mirostat: [], repeat_last_n: [64], tfs_z: [1], typical_p: [1] };

/** One of the two, for its body. */
interface Kind<Body> {
  /** It asks nothing, so it is about the model alone. */
  isEmpty(body: Body): boolean;
  toTextRequest(body: Body): TextRequest | RawRequest;
  frame(content: Content): Record<string, string | undefined>;
  /** What an answer without content has in place of it. */
  empty: object;
}

const chat: Kind<ChatRequest> = {
  isEmpty: ({ messages }) => (messages ?? []).length === 0,
  toTextRequest: fromChat,
  frame: frameMessage,
  empty: { message: { role: "assistant", content: "" } },
};

const generate: Kind<GenerateRequest> = {
  isEmpty: ({ prompt }) => (prompt ?? "") === "",
  toTextRequest: fromPrompt,
  frame: frameResponse,
  empty: { response: "" },
};

const errors = [...answerErrors, "chat_template_failed"] as const;

/** POST /api/chat and /api/generate */
export function createTextRoutes(deps: TextRoutesDeps): Route[] {
  const { catalog, text, pool, requestSeconds, now, clock } = deps;

  async function handle<Body extends TextBody & Record<string, unknown>>(
    kind: Kind<Body>,
    { body, ...request }: ApiRequest<Body>,
  ): Promise<Answer> {
    const asked = toKnownName(catalog, body.model ?? "");
    const keepSeconds = toKeepSeconds(body.keep_alive);
    if (kind.isEmpty(body)) {
      const { name, reason } = await move(asked, keepSeconds, request);
      const head = { model: body.model || toTagged(name), created_at: toTime(now()) };
      return { type: "json", body: { ...head, ...kind.empty, done: true, done_reason: reason } };
    }
    const timing = createTiming(clock);
    const wanted = { model: asked, stream: body.stream ?? true };
    const { model, stream } = resolveAsked(catalog, wanted, request.notes);
    const parts = text.answer(model, kind.toTextRequest(body), {
      ...toTextOptions(request, request.id),
      keepSeconds,
    });
    const { frame } = kind;
    const logprobs = body.logprobs ?? false;
    const options = { model: body.model || toTagged(model.name), logprobs, now, timing, frame };
    const headers = toWarning(
      nameIgnored(body, { context: [] }),
      nameIgnored(body.options, ignoredOptions, "options."),
    );
    if (stream) return { type: "stream", format: "ndjson", headers, events: toLines(parts, options) };
    const whole = await collectAnswer(parts, options);
    return { type: "raw", headers, contentType: "application/json", body: whole };
  }

  /** Loads the model and waits for it, or unloads it after its running requests. */
  async function move(
    asked: string,
    keepSeconds: number | null,
    { notes, signal }: Pick<ApiRequest<unknown>, "notes" | "signal">,
  ): Promise<{ name: string; reason: "load" | "unload" }> {
    const isUnload = keepSeconds === 0;
    const model: CatalogModel = isUnload ? catalog.resolve(asked) : catalog.resolveServed(asked);
    notes.set({ model: model.name, stream: false });
    await withDeadline(signal, requestSeconds, (bound) =>
      isUnload
        ? pool.unload(model.name, bound)
        : pool.load({ ...catalog.toTarget(model), keepSeconds }, bound, true),
    );
    return { name: model.name, reason: isUnload ? "unload" : "load" };
  }

  return [
    withJson(ChatRequest, {
      method: "POST",
      path: "/api/chat",
      dialect: ollama,
      handle: (request) => handle(chat, request),
      doc: {
        summary: "Chat, as in Ollama's API",
        answer: toContent([ChatAnswer, ChatMoved], ChatLine),
        errors,
      },
    }),
    withJson(GenerateRequest, {
      method: "POST",
      path: "/api/generate",
      dialect: ollama,
      handle: (request) => handle(generate, request),
      doc: {
        summary: "Answer a prompt, as in Ollama's API",
        answer: toContent([GenerateAnswer, GenerateMoved], GenerateLine),
        errors,
      },
    }),
  ];
}

function toContent(whole: TSchema[], line: TSchema) {
  return { "application/json": Type.Union(whole), "application/x-ndjson": line };
}
