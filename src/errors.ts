/**
 * Every error that ov-llm reports: its code, HTTP status and OpenAI error type.
 * docs/api.md lists the same codes; a test holds both together.
 * Statuses and types follow the OpenAI API reference, "Error codes".
 */
export const errorCatalogue = {
  invalid_json: { status: 400, type: "invalid_request_error" },
  invalid_request: { status: 400, type: "invalid_request_error" },
  unsupported_parameter: { status: 400, type: "invalid_request_error" },
  model_required: { status: 400, type: "invalid_request_error" },
  context_length_exceeded: { status: 400, type: "invalid_request_error" },
  chat_template_failed: { status: 400, type: "invalid_request_error" },
  task_unsupported: { status: 400, type: "invalid_request_error" },
  previous_response_not_found: { status: 400, type: "invalid_request_error" },
  invalid_api_key: { status: 401, type: "authentication_error" },
  forbidden: { status: 403, type: "permission_error" },
  model_not_found: { status: 404, type: "invalid_request_error" },
  route_not_found: { status: 404, type: "invalid_request_error" },
  request_not_found: { status: 404, type: "invalid_request_error" },
  response_not_found: { status: 404, type: "invalid_request_error" },
  method_not_allowed: { status: 405, type: "invalid_request_error" },
  request_timeout: { status: 408, type: "invalid_request_error" },
  client_too_slow: { status: 408, type: "invalid_request_error" },
  request_too_large: { status: 413, type: "invalid_request_error" },
  unsupported_media_type: { status: 415, type: "invalid_request_error" },
  queue_full: { status: 429, type: "rate_limit_error" },
  queue_timeout: { status: 503, type: "server_error" },
  client_closed_request: { status: 499, type: "invalid_request_error" },
  request_cancelled: { status: 499, type: "invalid_request_error" },
  internal_error: { status: 500, type: "server_error" },
  engine_failed: { status: 500, type: "server_error" },
  engine_crashed: { status: 500, type: "server_error" },
  engine_stalled: { status: 504, type: "server_error" },
  generation_timeout: { status: 504, type: "server_error" },
  kv_cache_exhausted: { status: 503, type: "server_error" },
  model_path_invalid: { status: 503, type: "server_error" },
  model_load_failed: { status: 503, type: "server_error" },
  insufficient_memory: { status: 503, type: "server_error" },
  engine_unavailable: { status: 503, type: "server_error" },
  shutting_down: { status: 503, type: "server_error" },
  // These end a command, or a pull; the status is what HTTP would say of any other request.
  invalid_setting: { status: 500, type: "server_error" },
  port_in_use: { status: 500, type: "server_error" },
  registry_invalid: { status: 500, type: "server_error" },
  registry_locked: { status: 500, type: "server_error" },
  setup_failed: { status: 500, type: "server_error" },
  download_failed: { status: 500, type: "server_error" },
  conversion_failed: { status: 500, type: "server_error" },
  conversion_busy: { status: 500, type: "server_error" },
  server_unreachable: { status: 500, type: "server_error" },
} as const satisfies Record<string, { status: number; type: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

export function isErrorCode(value: string): value is ErrorCode {
  return Object.hasOwn(errorCatalogue, value);
}

/** An error as facts. A sentence is made of them once, for the person who reads it, and never taken apart again. */
export interface ErrorFacts {
  /** What failed, with the value quoted and without a full stop: `Cannot load model "x"`. */
  what: string;
  /** The reason, without a full stop; may be what another program said. */
  why?: string;
  /** The next step, as whole sentences: `Convert it again with "ov-llm convert".` */
  next?: string;
}

export interface ErrorDetail {
  /** The request field or setting that is at fault, as a path such as `messages[0].role`. */
  param?: string;
  /** The name of the model that a client asked for and did not get, for the log. */
  asked?: string;
  /** Seconds after which trying again makes sense; becomes the Retry-After header. */
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** In UTF-16 units: an error quotes what a client sent, which may be megabytes. */
const longestMessage = 4000;
const longestParam = 300;

/** A text of at most `most` UTF-16 units, with an ellipsis where it was longer. */
export function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1).toWellFormed()}…` : text;
}

/** The one error class: a code of the catalogue and facts, or a whole sentence where nobody needs the parts. */
export class OvError extends Error {
  readonly code: ErrorCode;
  readonly facts: ErrorFacts;
  readonly param: string | null;
  readonly asked: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, facts: ErrorFacts | string, detail: ErrorDetail = {}) {
    const message = typeof facts === "string" ? facts : renderFacts(facts);
    super(shorten(message, longestMessage), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = "OvError";
    this.code = code;
    this.facts = typeof facts === "string" ? { what: facts } : facts;
    this.param = detail.param === undefined ? null : shorten(detail.param, longestParam);
    this.asked = detail.asked;
    this.retryAfterSeconds = detail.retryAfterSeconds;
  }

  get status(): number {
    return errorCatalogue[this.code].status;
  }

  get type(): string {
    return errorCatalogue[this.code].type;
  }
}

/** `What: why. Next.` */
export function renderFacts(facts: ErrorFacts): string {
  const sentence = toClause(facts);
  const closed = /[.!?…][`"')]?$/.test(sentence) ? sentence : `${sentence}.`;
  return facts.next === undefined ? closed : `${closed} ${facts.next}`;
}

/** `What: why`, for the `why` of another error. */
export function toClause({ what, why }: ErrorFacts): string {
  return why === undefined ? what : `${what}: ${why}`;
}

/** Anything thrown, as an OvError; what is not one already becomes `internal_error`. */
export function toOvError(error: unknown): OvError {
  if (error instanceof OvError) return error;
  return new OvError("internal_error", `ov-llm failed unexpectedly: ${toReason(error)}`, { cause: error });
}

/** The code of an error of the system or of a library, such as `ENOENT`; undefined: it has none. */
export function toSystemCode(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}

/** What Bun's `fetch` adds for programmers. */
const advice = /\.? For more information, pass `verbose: true` .*$/s;

/** What was thrown, in words, for the `why` of an error that it causes. */
export function toReason(error: unknown): string {
  return error instanceof Error ? error.message.replace(advice, "") : String(error);
}

/** An error as the reason of the one that it causes: its next step remains the next step. */
export function toCauseFacts(error: unknown): Pick<ErrorFacts, "why" | "next"> {
  if (!(error instanceof OvError)) return { why: toReason(error) };
  const { next } = error.facts;
  return { why: toClause(error.facts), ...(next === undefined ? {} : { next }) };
}
