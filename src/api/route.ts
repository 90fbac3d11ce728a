import { Kind, type Static, type TObject, type TSchema, Type } from "@sinclair/typebox";
import type { ErrorCode, OvError } from "../errors.ts";
import type { Dialect, StreamEvent } from "./dialect.ts";

/** What is known of a request beside its body; its log line, the metrics and the events are made of it. */
export interface RequestFacts {
  /** The registered name. */
  model: string;
  stream: boolean;
  promptTokens: number;
  /** Those of the prompt that the prefix cache held. */
  cachedTokens: number;
  newTokens: number;
  /** Texts that were embedded or classified, or documents that were ranked. */
  texts: number;
  /** Of the recording that was heard. */
  audioSeconds: number;
  /** Why the answer ended. */
  finish: string;
}

export type TokenCounts = Pick<RequestFacts, "promptTokens" | "cachedTokens" | "newTokens">;

export interface RequestNotes {
  set(facts: Partial<RequestFacts>): void;
  /** Counts that grow as the answer does, and are read on demand. */
  follow(counts: Readonly<TokenCounts>): void;
  /** The first of the answer's text is there; later calls change nothing. */
  firstToken(): void;
}

/** A request that has passed the key, the body reader and the schema. */
export interface ApiRequest<Body> {
  /** `x-request-id` of the answer. */
  id: string;
  body: Body;
  /** The named parts of the path. */
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, string | undefined>>;
  headers: Headers;
  /** Aborts with an OvError when the client leaves, or no longer reads. */
  signal: AbortSignal;
  /** Who asks, for the order of turns: the same text for the same key and address. */
  client: string;
  /** The name of the API key; undefined where none is required. */
  key: string | undefined;
  notes: RequestNotes;
}

/** What a handler answers. It is over, and its request recorded, when all of it has been sent or the client has left. */
export type Answer =
  | { type: "json"; status?: number; headers?: Record<string, string>; body: object }
  | {
      type: "raw";
      status?: number;
      headers?: Record<string, string>;
      contentType: string;
      body: string | Uint8Array<ArrayBuffer>;
    }
  /**
   * Pulled only as fast as the client reads. What it throws before its first event is an HTTP error, later an event of
   * the dialect. It must end when the request's signal aborts. `endless`: its status is sent at once, and that the client
   * leaves is its normal end. `renderError`: the last event of a stream that fails, where its dialect alone cannot know it.
   */
  | {
      type: "stream";
      format: StreamFormat;
      headers?: Record<string, string>;
      events: AsyncGenerator<StreamEvent>;
      endless?: boolean;
      renderError?: (error: OvError) => StreamEvent;
    };

/** `sse`: server-sent events (WHATWG HTML, section 9.2); `ndjson`: one JSON text on each line. */
export type StreamFormat = "sse" | "ndjson";

export type BodyReader =
  | { type: "none" }
  | { type: "json"; schema: TSchema }
  | { type: "multipart"; schema: TObject };

/** A file of a multipart body, held in memory. */
export interface Upload {
  name: string;
  contentType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/**
 * For the schema of a multipart body. A field's text is a string; a name that comes more than once is a list. TypeBox has
 * no such type: whoever validates registers `isUpload` under this kind.
 */
export const uploadKind = "Upload";
export const Upload = Type.Unsafe<Upload>({ [Kind]: uploadKind, type: "string", format: "binary" });

export function isUpload(value: unknown): value is Upload {
  return typeof value === "object" && value !== null && "bytes" in value && value.bytes instanceof Uint8Array;
}

/** Schemas by content type. */
export type Content = Record<string, TSchema>;

export interface RouteDoc {
  summary: string;
  answer: Content;
  /** What it may end in, beside what its key, its path and its body may. */
  errors?: readonly ErrorCode[];
  /** Of a 503 that is no error. */
  unready?: Content;
}

/**
 * A route as data. HTTP checks the key, reads the body, has the schema checked, and only then calls the handler. The
 * handler is a method so that routes of all bodies fit in one list: each gets only what its own schema accepted.
 */
export interface Route<Body = unknown> {
  method: "GET" | "POST" | "DELETE";
  /** `/v1/models/:id` */
  path: string;
  dialect: Dialect;
  body: BodyReader;
  query?: TObject;
  /** Requires no key. */
  open?: boolean;
  /** Asked every few seconds by those who watch: a success is logged at debug level. */
  quiet?: boolean;
  handle(request: ApiRequest<Body>): Answer | Promise<Answer>;
  doc: RouteDoc;
}

/** A route without a body; what a client sends as one is not read. */
export function bodiless(route: Omit<Route<undefined>, "body">): Route {
  return { ...route, body: { type: "none" } };
}

export function withJson<Schema extends TSchema>(
  schema: Schema,
  route: Omit<Route<Static<Schema>>, "body">,
): Route {
  return { ...route, body: { type: "json", schema } };
}

export function withMultipart<Schema extends TObject>(
  schema: Schema,
  route: Omit<Route<Static<Schema>>, "body">,
): Route {
  return { ...route, body: { type: "multipart", schema } };
}

/** What a request may end in that needs a model loaded. */
export const loadErrors = [
  "model_not_found",
  "task_unsupported",
  "client_closed_request",
  "queue_timeout",
  "engine_failed",
  "engine_crashed",
  "engine_stalled",
  "generation_timeout",
  "model_path_invalid",
  "model_load_failed",
  "insufficient_memory",
  "engine_unavailable",
  "shutting_down",
] as const satisfies readonly ErrorCode[];

/** And what one may end in that gives the model a prompt; where a chat template makes it, in `chat_template_failed` too. */
export const promptErrors = [
  ...loadErrors,
  "unsupported_parameter",
  "model_required",
  "context_length_exceeded",
  "queue_full",
] as const satisfies readonly ErrorCode[];

/** And one that is answered with text. */
export const answerErrors = [
  ...promptErrors,
  "request_cancelled",
  "kv_cache_exhausted",
] as const satisfies readonly ErrorCode[];
