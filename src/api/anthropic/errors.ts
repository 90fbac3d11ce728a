import { type Static, Type } from "@sinclair/typebox";
import type { ErrorCode, OvError } from "../../errors.ts";
import { type Dialect, readBearer, toErrorHeaders } from "../dialect.ts";
import { orNull } from "../nullable.ts";

/** Anthropic API reference, "Errors": the body of an error, and of the event that ends a stream. */
export const ErrorResponse = Type.Object({
  type: Type.Literal("error"),
  error: Type.Object({
    type: Type.String(),
    message: Type.String(),
    details: Type.Object({ error_code: Type.String({ description: "ov-llm's own code" }) }),
  }),
  request_id: orNull(Type.String()),
});
export type ErrorResponse = Static<typeof ErrorResponse>;

type ErrorType =
  | "invalid_request_error"
  | "authentication_error"
  | "permission_error"
  | "not_found_error"
  | "request_too_large"
  | "rate_limit_error"
  | "timeout_error"
  | "overloaded_error"
  | "api_error";

/** Statuses are those of every dialect; Anthropic's clients choose their exceptions by them, and retry by type or status. */
const errorTypes: Record<ErrorCode, ErrorType> = {
  invalid_json: "invalid_request_error",
  invalid_request: "invalid_request_error",
  unsupported_parameter: "invalid_request_error",
  model_required: "invalid_request_error",
  context_length_exceeded: "invalid_request_error",
  chat_template_failed: "invalid_request_error",
  task_unsupported: "invalid_request_error",
  invalid_api_key: "authentication_error",
  forbidden: "permission_error",
  unsupported_media_type: "invalid_request_error",
  model_not_found: "not_found_error",
  route_not_found: "not_found_error",
  response_not_found: "not_found_error",
  previous_response_not_found: "invalid_request_error",
  request_not_found: "not_found_error",
  method_not_allowed: "invalid_request_error",
  request_timeout: "timeout_error",
  client_too_slow: "timeout_error",
  request_too_large: "request_too_large",
  queue_full: "rate_limit_error",
  queue_timeout: "overloaded_error",
  client_closed_request: "invalid_request_error",
  request_cancelled: "invalid_request_error",
  internal_error: "api_error",
  engine_failed: "api_error",
  engine_crashed: "api_error",
  engine_stalled: "timeout_error",
  generation_timeout: "timeout_error",
  kv_cache_exhausted: "overloaded_error",
  model_path_invalid: "api_error",
  model_load_failed: "api_error",
  insufficient_memory: "overloaded_error",
  engine_unavailable: "api_error",
  shutting_down: "overloaded_error",
  invalid_setting: "api_error",
  port_in_use: "api_error",
  registry_invalid: "api_error",
  registry_locked: "api_error",
  setup_failed: "api_error",
  download_failed: "api_error",
  conversion_failed: "api_error",
  conversion_busy: "api_error",
  server_unreachable: "api_error",
};

/** The code by which Anthropic's tool runners learn that they have to send the whole conversation each time. */
const noThreads = "thread_unsupported_request";

/** The words by which Claude Code sees that it has to shorten its conversation. */
const tooLong = "Prompt is too long";

function toErrorResponse({ code, param, message }: OvError, requestId: string): ErrorResponse {
  const text = code === "context_length_exceeded" ? `${tooLong}: ${message}` : message;
  const isThread = code === "unsupported_parameter" && param === "thread";
  return {
    type: "error",
    error: { type: errorTypes[code], message: text, details: { error_code: isThread ? noThreads : code } },
    request_id: requestId,
  };
}

/** Anthropic's Messages API. Its clients send `anthropic-version` with each request. */
export const anthropic: Dialect = {
  prefixes: ["/v1/messages"],
  unserved: [{ path: "/v1/messages/batches", does: "run batches" }],
  marker: "anthropic-version",
  idHeader: "request-id",
  keyHint: "x-api-key: <key>",
  readKey: (headers) => headers.get("x-api-key") ?? readBearer(headers),
  keepAlive: { event: "ping", data: { type: "ping" } },
  renderError: (error, requestId) => ({
    status: error.status,
    headers: toErrorHeaders(error),
    body: toErrorResponse(error, requestId),
  }),
  renderStreamError: (error, requestId) => ({ event: "error", data: toErrorResponse(error, requestId) }),
  describeError,
};

function describeError(codes: readonly ErrorCode[]) {
  const types = [...new Set(codes.map((code) => errorTypes[code]))];
  const known = codes.includes("unsupported_parameter") ? [...codes, noThreads] : codes;
  return Type.Object({
    ...ErrorResponse.properties,
    error: Type.Object({
      ...ErrorResponse.properties.error.properties,
      type: Type.Union(types.map((type) => Type.Literal(type))),
      details: Type.Object({ error_code: Type.Union(known.map((code) => Type.Literal(code))) }),
    }),
  });
}
