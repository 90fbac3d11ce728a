import { type TSchema, TypeGuard } from "@sinclair/typebox";
import { Elysia, ValidationError } from "elysia";
import { toErrorBody } from "../../api/openai/errors.ts";
import { toInvalidRequest } from "../../api/validation.ts";
import { OvError, toOvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { recordOf } from "../record.ts";

/** Every error as OpenAI's clients read it. `routes`: path -> its methods, to tell 405 from 404. */
export function errors(log: Log, routes: () => ReadonlyMap<string, string[]>) {
  return new Elysia({ name: "errors" }).onError({ as: "global" }, ({ code, error, request }) => {
    const record = recordOf(request);
    const methods = code === "NOT_FOUND" ? methodsAt(request, routes()) : [];
    const failure = toFailure({ code, error }, request, routes());
    record.code = failure.code;
    if (failure.code === "internal_error") {
      const stack = error instanceof Error ? error.stack : undefined;
      log.error(failure.message, { id: record.id, stack });
    }
    const response = toErrorResponse(failure);
    if (methods.length > 0) response.headers.set("allow", methods.join(", "));
    return response;
  });
}

function toFailure(
  { code, error }: { code: string | number; error: unknown },
  request: Request,
  routes: ReadonlyMap<string, string[]>,
): OvError {
  if (code === "VALIDATION" && error instanceof ValidationError) {
    if (error.type === "params") return toUnreadablePath(request);
    return toInvalidRequest(schemaOf(error.validator), error.value);
  }
  if (code === "NOT_FOUND") return toNotFound(request, routes);
  // Elysia wraps what a parser throws.
  return toOvError(code === "PARSE" && error instanceof Error ? error.cause : error);
}

/** The router decodes parameters; one that cannot be decoded is null, which no schema of a path takes. */
function toUnreadablePath(request: Request): OvError {
  const { pathname } = new URL(request.url);
  const message = `The name in ${JSON.stringify(pathname)} cannot be read: it must be percent-encoded UTF-8.`;
  return new OvError("invalid_request", message, { param: "id" });
}

/** Elysia's compiled validator keeps the route's schema, but its type does not tell. */
function schemaOf(validator: object): TSchema {
  if ("schema" in validator && TypeGuard.IsSchema(validator.schema)) return validator.schema;
  throw new TypeError("Elysia's validator has no schema");
}

export function toErrorResponse(error: OvError): Response {
  const headers = new Headers();
  if (error.retryAfterSeconds !== undefined) headers.set("retry-after", String(error.retryAfterSeconds));
  if (error.code === "invalid_api_key") headers.set("www-authenticate", "Bearer");
  return Response.json(toErrorBody(error), { status: error.status, headers });
}

function toNotFound(request: Request, routes: ReadonlyMap<string, string[]>): OvError {
  const { pathname } = new URL(request.url);
  const methods = methodsAt(request, routes);
  if (methods.length > 0) {
    const use = methods.join(", ");
    return new OvError("method_not_allowed", `${request.method} is not served at ${pathname}: use ${use}.`);
  }
  const known = [...routes.keys()].join(", ");
  return new OvError(
    "route_not_found",
    `Nothing is served at ${request.method} ${pathname}: there is ${known}.`,
  );
}

function methodsAt(request: Request, routes: ReadonlyMap<string, string[]>): string[] {
  const { pathname } = new URL(request.url);
  const path = [...routes.keys()].find((pattern) => matches(pattern, pathname));
  return path === undefined ? [] : (routes.get(path) ?? []);
}

function matches(pattern: string, pathname: string): boolean {
  const [wanted, given] = [pattern.split("/"), pathname.split("/")];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}
