import { openapi } from "@elysiajs/openapi";
import { type TSchema, Type } from "@sinclair/typebox";
import type { Content, Route } from "../api/route.ts";
import { type ErrorCode, errorCatalogue } from "../errors.ts";
import { version } from "../version.ts";
import { namesOf } from "./errors.ts";
import type { RouteGroup } from "./route-table.ts";

const commonHeaders = {
  "x-request-id": {
    description: "The request's own, where it is sane, else a new one; the log has it too",
    required: true,
    schema: Type.String({ pattern: "^[\\w.:-]{1,128}$" }),
  },
  "x-ov-llm-box": { description: "OV_BOX_NAME", required: true, schema: Type.String() },
};

/** Headers that only answers with that status have. */
const statusHeaders: Record<number, object> = {
  401: { "www-authenticate": { required: true, schema: Type.Literal("Bearer") } },
  405: { allow: { description: "The methods that are served", required: true, schema: Type.String() } },
  429: { "retry-after": { description: "Seconds", required: true, schema: Type.String() } },
  503: { "retry-after": { description: "Seconds, where trying again may help", schema: Type.String() } },
};

/** The errors of reading and validating a body. */
const bodyErrors = [
  "invalid_json",
  "invalid_request",
  "request_timeout",
  "request_too_large",
  "unsupported_media_type",
] as const;

/**
 * The documentation of a path's routes: each status that it can answer with, and the errors for that status. Answers are
 * described, not checked at run time: the code that builds them already has the types of the same schemas.
 */
export function toDetail(group: RouteGroup) {
  const [{ doc, open }] = group;
  const { summary, unready } = doc;
  const codes = [...new Set(group.flatMap(listErrors))];
  const statuses = [...new Set(codes.map((code) => errorCatalogue[code].status))].sort();
  return {
    summary,
    ...(open && { security: [] }),
    responses: {
      200: {
        description: "The answer",
        headers: commonHeaders,
        content: joinContent(group.map((route) => route.doc.answer)),
      },
      ...Object.fromEntries(statuses.map((status) => [status, toErrorResponse(status, codes, group)])),
      ...(unready && { 503: toResponse(503, "It would not serve now", unready) }),
    },
  };
}

function listErrors({ path, query, body, open, doc }: Route): ErrorCode[] {
  const all: ErrorCode[] = [
    ...(body.type === "none" ? [] : bodyErrors),
    ...(namesOf(path).length > 0 || query ? (["invalid_request"] as const) : []),
    ...(doc.errors ?? []),
    ...(open ? [] : (["invalid_api_key"] as const)),
    "forbidden",
    "method_not_allowed",
    "internal_error",
  ];
  return [...new Set(all)];
}

function toErrorResponse(status: number, all: readonly ErrorCode[], group: RouteGroup) {
  const codes = all.filter((code) => errorCatalogue[code].status === status);
  const bodies = group.map(({ dialect }) => dialect.describeError(codes));
  return toResponse(status, codes.join(", "), { "application/json": either(bodies) });
}

/** The answers of all the routes, by content type. */
function joinContent(all: readonly Content[]) {
  const types = new Set(all.flatMap((content) => Object.keys(content)));
  const schemas = (type: string) => all.flatMap((content) => content[type] ?? []);
  return toContent(Object.fromEntries([...types].map((type) => [type, either(schemas(type))])));
}

function either(schemas: TSchema[]): TSchema {
  const [first, ...others] = schemas;
  return first !== undefined && others.length === 0 ? first : Type.Union(schemas);
}

function toResponse(status: number, description: string, content: Content) {
  return {
    description,
    headers: { ...commonHeaders, ...statusHeaders[status] },
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
