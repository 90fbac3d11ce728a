import { OvError } from "../errors.ts";

/** What is wrong with a schema, a pattern or a grammar: `param` is the place, down to the keyword. */
export function malformed(param: string, why: string): OvError {
  return new OvError("invalid_request", `"${param}" ${why}`, { param });
}

/** What is right but cannot be enforced while the model answers: it is refused, for ignoring it would be silent. */
export function unsupported(param: string, why: string): OvError {
  return new OvError("unsupported_parameter", `"${param}" is not supported: ${why}`, { param });
}

/** `a` and `b` -> `a.b`, `a` and 0 -> `a[0]`; a name that would be misread stands in brackets. */
export function below(param: string, key: string | number): string {
  if (typeof key === "number") return `${param}[${key}]`;
  return /^[\w$-]+$/.test(key) ? `${param}.${key}` : `${param}[${quote(key)}]`;
}

export function quote(value: unknown): string {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
