import { ValidationError } from "elysia";
import type { Dialect, UnservedArea } from "../api/dialect.ts";
import type { Route } from "../api/route.ts";
import { toInvalidRequest } from "../api/validation.ts";
import { type ErrorCode, OvError, shorten, toOvError } from "../errors.ts";
import { findNearest } from "../nearest.ts";

/** Elysia's report of an error. `route`: the path pattern that it found, if any. */
export interface Failure {
  code: string | number;
  error: unknown;
  request: Request;
  route: Route | undefined;
  /** Path -> the methods that are served there. */
  paths: ReadonlyMap<string, string[]>;
  /** The unserved areas of all dialects. */
  unserved: readonly UnservedArea[];
}

/** Translates Elysia's errors to ours. */
export function toFailure({ code, error, request, route, paths, unserved }: Failure): OvError {
  if (code === "NOT_FOUND") return toNotFound(request, paths, unserved);
  if (error instanceof ValidationError && route) return toInvalid(error, request, route);
  // Elysia wraps what a body parser throws.
  return toOvError(code === "PARSE" && error instanceof Error ? error.cause : error);
}

function toInvalid({ type, value }: ValidationError, request: Request, route: Route): OvError {
  if (type === "query" && route.query) return toInvalidRequest(route.query, value);
  if (type === "body" && route.body.type !== "none") return toInvalidRequest(route.body.schema, value);
  // The router decodes the names of a path; one that cannot be decoded is null, which no schema of a path takes.
  const { pathname } = new URL(request.url);
  const message = `The name in ${JSON.stringify(shorten(pathname, 200))} cannot be read: it must be percent-encoded UTF-8.`;
  return new OvError("invalid_request", message, { param: namesOf(route.path)[0] ?? "path" });
}

/** `/v1/models/:id` -> `["id"]` */
export function namesOf(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
}

const endsConnection: readonly string[] = [
  "request_too_large",
  "request_timeout",
  "unsupported_media_type",
] satisfies ErrorCode[];

export interface FailureContext {
  dialect: Dialect;
  /** The methods that are served at the path, if the request's is not. */
  methods: readonly string[];
  requestId: string;
}

export function renderFailure(failure: OvError, { dialect, methods, requestId }: FailureContext): Response {
  const { status, headers, body } = dialect.renderError(failure, requestId);
  const allow = methods.length > 0 && { allow: methods.join(", ") };
  // Otherwise the rest of the body would have to be read, however large.
  const close = endsConnection.includes(failure.code) && { connection: "close" };
  return Response.json(body, { status, headers: { ...headers, ...allow, ...close } });
}

function toNotFound(
  request: Request,
  paths: ReadonlyMap<string, string[]>,
  unserved: readonly UnservedArea[],
): OvError {
  const { pathname } = new URL(request.url);
  const methods = methodsAt(pathname, paths);
  if (methods.length > 0) {
    const use = methods.join(", ");
    return new OvError(
      "method_not_allowed",
      `${request.method} is not served at ${shorten(pathname, 200)}: use ${use}.`,
    );
  }
  const area = unserved.find(({ path }) => pathname === path || pathname.startsWith(`${path}/`));
  if (area !== undefined) {
    return new OvError("invalid_request", {
      what: `This server does not ${area.does} (${request.method} ${shorten(pathname, 200)})`,
      next: "Send such requests to another server.",
    });
  }
  const [meant] = guessPaths(pathname).filter((path) => methodsAt(path, paths).length > 0);
  if (meant !== undefined) {
    const what = `Nothing is served at ${request.method} ${shorten(pathname, 200)}`;
    return new OvError("route_not_found", {
      what,
      next: `The path is ${meant}: correct your client's base URL.`,
    });
  }
  const [near] = findNearest(shorten(pathname, 200), [...paths.keys()]);
  return new OvError("route_not_found", {
    what: `Nothing is served at ${request.method} ${shorten(pathname, 200)}`,
    ...(near !== undefined && { why: `did you mean ${near}?` }),
    next: "GET /openapi.json lists all paths, such as /v1/models and /v1/chat/completions.",
  });
}

/** The paths that a wrong base URL may have meant: `//v1/models`, `/models`, `/v1/v1/models`, `/v1/models/`. */
function guessPaths(pathname: string): string[] {
  const plain = pathname.replaceAll(/\/{2,}/g, "/").replace(/(?<=.)\/$/, "");
  const single = plain.replace(/^(\/v1)+(?=\/)/, "/v1");
  return [plain, single, `/v1${single}`, single.replace(/^\/v1/, "")];
}

/** The methods of the first pattern that fits the path. */
export function methodsAt(pathname: string, paths: ReadonlyMap<string, string[]>): string[] {
  const found = [...paths].find(([pattern]) => matches(pattern, pathname));
  return found?.[1] ?? [];
}

function matches(pattern: string, pathname: string): boolean {
  const [expected, given] = [pattern.split("/"), pathname.split("/")];
  return (
    expected.length === given.length &&
    expected.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}
