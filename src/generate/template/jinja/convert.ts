import { JsonNumber } from "../json-numbers.ts";
import { fail } from "./failure.ts";
import type { Value } from "./values.ts";
import { Dict } from "./values.ts";

/** Values within one another; requests have about ten. */
const maxDepth = 500;

/** How much there is to render, which the bound on a template's work grows with. */
export interface Size {
  values: number;
  characters: number;
}

/** A value of a request as Python would have read it from JSON; adds to `size`. Throws TemplateFailure for what is none. */
export function toValue(given: unknown, size: Size, depth = 0): Value {
  size.values += 1;
  if (typeof given === "string") {
    size.characters += given.length;
    return given;
  }
  if (given === null || given === undefined || typeof given === "boolean") return given ?? null;
  if (typeof given === "number")
    return Number.isInteger(given) && !Object.is(given, -0) ? BigInt(given) : given;
  if (typeof given === "bigint") return given;
  if (given instanceof JsonNumber) return /[.eE]/.test(given.text) ? Number(given.text) : BigInt(given.text);
  if (typeof given !== "object") return fail(`a ${typeof given} cannot be rendered`);
  if (depth >= maxDepth) return fail(`more than ${maxDepth} values lie within one another`);
  if (Array.isArray(given)) return given.map((item) => toValue(item, size, depth + 1));
  const dict = new Dict();
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    size.characters += key.length;
    dict.set(key, toValue(value, size, depth + 1));
  }
  return dict;
}
