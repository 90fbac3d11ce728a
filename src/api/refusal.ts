import { OvError } from "../errors.ts";

/** A field of a request that is wrong; `param` is its path, `why` continues the sentence that starts with it. */
export function malformed(param: string, why: string): OvError {
  return new OvError("invalid_request", `"${param}" ${why}`, { param });
}

/** A field that is right but not served: ignoring it would change the answer silently. */
export function unsupported(param: string, why: string): OvError {
  return new OvError("unsupported_parameter", `"${param}" ${why}`, { param });
}

/** A client's own value, for a message. */
export function quote(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
