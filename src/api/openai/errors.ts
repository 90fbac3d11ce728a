import { type Static, Type } from "@sinclair/typebox";
import type { OvError } from "../../errors.ts";
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
