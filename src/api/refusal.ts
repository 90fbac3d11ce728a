import { OvError } from "../errors.ts";
import { isUpload } from "./route.ts";

/** A field of a request that is wrong; `param` is its path, `why` continues the sentence that starts with it. */
export function malformed(param: string, why: string): OvError {
  return new OvError("invalid_request", `"${param}" ${why}`, { param });
}

/** A field that is right but not served: ignoring it would change the answer silently. */
export function unsupported(param: string, why: string): OvError {
  return new OvError("unsupported_parameter", `"${param}" ${why}`, { param });
}

/** Whether a field's value is as good as absent. `{}` may ask for something with all of its defaults. */
export function asksNothing(value: unknown): boolean {
  return !value || (Array.isArray(value) && value.length === 0);
}

/** Throws `unsupported_parameter` for the first of these fields that asks for something; each with the `why` of `unsupported`. */
export function refuseFields(
  body: Readonly<Record<string, unknown>>,
  refused: Readonly<Record<string, string>>,
): void {
  for (const [field, why] of Object.entries(refused)) {
    if (!asksNothing(body[field])) throw unsupported(field, why);
  }
}

/** A client's own value, for a message. The bytes of a file are left out: rendering those would take seconds. */
export function quote(value: unknown): string {
  if (isUpload(value)) return "a file";
  if (Array.isArray(value) && value.some(isUpload)) return `a list of ${value.length}, with a file`;
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
