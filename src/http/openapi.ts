import { openapi } from "@elysiajs/openapi";
import { type TSchema, Type } from "@sinclair/typebox";
import { ErrorBody } from "../api/openai/responses.ts";
import { type ErrorCode, errorCatalogue } from "../errors.ts";
import { version } from "../version.ts";

type Content = Record<string, TSchema>;

export interface Documentation {
  summary: string;
  /** By content type. */
  answer: Content;
  /** What it may end in, beside what every route may. */
  errors?: readonly ErrorCode[];
  /** Asks for no key. */
  open?: boolean;
  /** Of a 503 that is no error. */
  unready?: Content;
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

const requestId = {
  "x-request-id": {
    description: "The request's own, where it is sane, else a new one; the log has it too",
    required: true,
    schema: Type.String({ pattern: "^[\\w.:-]{1,128}$" }),
  },
};

/** Headers that only answers with that status have. */
const statusHeaders: Record<number, object> = {
  401: { "www-authenticate": { required: true, schema: Type.Literal("Bearer") } },
  405: { allow: { description: "The methods that are served", required: true, schema: Type.String() } },
  429: { "retry-after": { description: "Seconds", required: true, schema: Type.String() } },
  503: { "retry-after": { description: "Seconds, where trying again may help", schema: Type.String() } },
};

/**
 * The documentation of a route: each status that it can answer with, and which errors it stands for. Answers are
 * described, not checked at run time: the types of the code that builds them already hold them to the same schemas.
 */
export function documented({ summary, answer, errors = [], open = false, unready }: Documentation) {
  const codes: ErrorCode[] = [
    ...errors,
    ...(open ? [] : (["invalid_api_key"] as const)),
    "method_not_allowed",
    "internal_error",
  ];
  const statuses = [...new Set(codes.map((code) => errorCatalogue[code].status))].sort();
  return {
    summary,
    ...(open && { security: [] }),
    responses: {
      200: { description: "The answer", headers: requestId, content: toContent(answer) },
      ...Object.fromEntries(statuses.map((status) => [status, toErrorResponse(status, codes)])),
      ...(unready && { 503: toResponse(503, "It would not serve now", unready) }),
    },
  };
}

function toErrorResponse(status: number, all: readonly ErrorCode[]) {
  const codes = all.filter((code) => errorCatalogue[code].status === status);
  const types = [...new Set(codes.map((code) => errorCatalogue[code].type))];
  const error = Type.Object({
    ...ErrorBody.properties.error.properties,
    type: Type.Union(types.map((type) => Type.Literal(type))),
    code: Type.Union(codes.map((code) => Type.Literal(code))),
  });
  return toResponse(status, codes.join(", "), { "application/json": Type.Object({ error }) });
}

function toResponse(status: number, description: string, content: Content) {
  return {
    description,
    headers: { ...requestId, ...statusHeaders[status] },
    content: toContent(content),
  };
}

function toContent(content: Content) {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]));
}

/** GET /openapi.json, made from the route schemas. `asks`: for a key. */
export function openapiDocument(asks: boolean) {
  return openapi({
    specPath: "/openapi.json",
    provider: null,
    documentation: {
      info: {
        title: "ov-llm",
        version,
        description: "OpenAI-compatible model server for Intel hardware",
      },
      components: { securitySchemes: { key: { type: "http", scheme: "bearer", description: "OV_API_KEY" } } },
      security: asks ? [{ key: [] }] : [],
    },
  });
}
