import { type Static, Type } from "@sinclair/typebox";
import { type ErrorCode, errorCatalogue, type OvError } from "../../errors.ts";
import { type Dialect, readBearer, toErrorHeaders } from "../dialect.ts";
import { orNull } from "../nullable.ts";
import { unservedByOpenAi } from "./unserved.ts";

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
function toErrorBody({ message, type, param, code }: OvError): ErrorBody {
  return { error: { message, type, param, code } };
}

/** OpenAI's API, and ours, which has the same errors and keys. */
export const openai: Dialect = {
  // LM Studio's routes lie among Ollama's.
  prefixes: ["/", "/api/v0/"],
  unserved: unservedByOpenAi,
  keyHint: "Authorization: Bearer <key>",
  readKey: readBearer,
  renderError: (error) => ({
    status: error.status,
    headers: toErrorHeaders(error),
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
