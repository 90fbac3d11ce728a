import type { OvError } from "../../errors.ts";
import type { ErrorBody } from "./responses.ts";

/** The body that OpenAI's clients turn into a typed exception. */
export function toErrorBody({ message, type, param, code }: OvError): ErrorBody {
  return { error: { message, type, param, code } };
}
