import { type TSchema, TypeGuard } from "@sinclair/typebox";
import { Elysia, ValidationError } from "elysia";
import { OvError, toOvError } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { toErrorBody } from "../../openai/errors.ts";
import { toInvalidRequest } from "../../openai/validation.ts";
import { recordOf } from "../record.ts";

/** Every error as OpenAI's clients read it. `routes`: path -> its methods, to tell 405 from 404. */
export function errors(log: Log, routes: () => ReadonlyMap<string, string[]>) {
  return new Elysia({ name: "errors" }).onError({ as: "global" }, ({ code, error, request }) => {
    if (code === "VALIDATION" && error instanceof ValidationError) {
      return toErrorResponse(toInvalidRequest(schemaOf(error.validator), error.value));
    }
    if (code === "NOT_FOUND") return notFound(request, routes());
    // Elysia wraps what a parser throws.
    const failure = toOvError(code === "PARSE" ? error.cause : error);
    if (failure.code === "internal_error") {
      const stack = error instanceof Error ? error.stack : undefined;
      log.error(failure.message, { id: recordOf(request).id, stack });
    }
    return toErrorResponse(failure);
  });
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

function notFound(request: Request, routes: ReadonlyMap<string, string[]>): Response {
  const { pathname } = new URL(request.url);
  const path = [...routes.keys()].find((pattern) => matches(pattern, pathname));
  const methods = path === undefined ? [] : (routes.get(path) ?? []);
  if (methods.length > 0) {
    const allow = methods.join(", ");
    const response = toErrorResponse(
      new OvError("method_not_allowed", `${request.method} is not served at ${pathname}: use ${allow}.`),
    );
    response.headers.set("allow", allow);
    return response;
  }
  const known = [...routes.keys()].join(", ");
  return toErrorResponse(
    new OvError("route_not_found", `Nothing is served at ${request.method} ${pathname}: there is ${known}.`),
  );
}

function matches(pattern: string, pathname: string): boolean {
  const [wanted, given] = [pattern.split("/"), pathname.split("/")];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith(":") || part === given[index])
  );
}
