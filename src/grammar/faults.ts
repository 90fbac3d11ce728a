import { type ErrorCode, OvError } from "../errors.ts";

/** What is wrong with a schema, a pattern or a grammar, with the reason apart for reports of what was widened. */
export class Fault extends OvError {
  readonly why: string;
  /** A bound on size or work was passed: it holds in every mode, for more would hold up everybody's requests. */
  readonly isBound: boolean;

  constructor(code: ErrorCode, sentence: string, param: string, why: string, isBound = false) {
    super(code, sentence, { param });
    this.why = why;
    this.isBound = isBound;
  }
}

/** What is wrong: `param` is the place, down to the keyword. */
export function malformed(param: string, why: string): Fault {
  return new Fault("invalid_request", `"${param}" ${why}`, param, why);
}

/** What is right but cannot be enforced while the model answers. */
export function unsupported(param: string, why: string): Fault {
  return new Fault("unsupported_parameter", `"${param}" is not supported: ${why}`, param, why);
}

/** What is larger than the bound, which the reason names. */
export function exceeded(param: string, why: string): Fault {
  return new Fault("invalid_request", `"${param}" ${why}`, param, why, true);
}

/** `a` and `b` -> `a.b`, `a` and 0 -> `a[0]`; a name that would be misread stands in brackets. */
export function below(param: string, key: string | number): string {
  if (typeof key === "number") return `${param}[${key}]`;
  return /^[\w$-]{1,80}$/.test(key) ? `${param}.${key}` : `${param}[${quote(key)}]`;
}

/** A value for a message, cut to 80 characters; a large one is not written out first. */
export function quote(value: unknown): string {
  if (Array.isArray(value) && value.length > 20) return `a list of ${value.length} items`;
  if (isRecord(value) && Object.keys(value).length > 20) return "an object of many properties";
  const short = typeof value === "string" ? value.slice(0, 81) : value;
  const text = typeof short === "number" ? String(short) : (JSON.stringify(short) ?? String(short));
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
