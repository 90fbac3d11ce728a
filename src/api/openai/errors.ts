import { type Static, Type } from "@sinclair/typebox";
import { type ErrorCode, errorCatalogue, type OvError } from "../../errors.ts";
import type { Dialect } from "../dialect.ts";
import { orNull } from "../nullable.ts";

export const ErrorBody = Type.Object({
  error: Type.Object({
    message: Type.String(),
    type: Type.String(),
    param: orNull(Type.String()),
    code: orNull(Type.String()),
  }),
});
export type ErrorBody = Static<typeof ErrorBody>;

/** The body that OpenAI's clients turn into a typed exception. */
export function toErrorBody({ message, type, param, code }: OvError): ErrorBody {
  return { error: { message, type, param, code } };
}

/** OpenAI's API, and ours, which has the same errors and keys. */
export const openai: Dialect = {
  name: "openai",
  prefixes: ["/"],
  keyHint: "Authorization: Bearer <key>",
  readKey: (headers) => /^Bearer +(.+)$/i.exec(headers.get("authorization") ?? "")?.[1],
  renderError: (error) => ({
    status: error.status,
    headers: {
      ...(error.retryAfterSeconds !== undefined && { "retry-after": String(error.retryAfterSeconds) }),
      ...(error.code === "invalid_api_key" && { "www-authenticate": "Bearer" }),
    },
    body: toErrorBody(error),
  }),
  renderStreamError: (error) => ({ data: toErrorBody(error) }),
  describeError,
};

function describeError(codes: readonly ErrorCode[]) {
  const types = [...new Set(codes.map((code) => errorCatalogue[code].type))];
  return Type.Object({
    error: Type.Object({
      ...ErrorBody.properties.error.properties,
      type: Type.Union(types.map((type) => Type.Literal(type))),
      code: Type.Union(codes.map((code) => Type.Literal(code))),
    }),
  });
}
