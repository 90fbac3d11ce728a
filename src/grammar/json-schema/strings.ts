import { anyCodePoint } from "../automata/code-points.ts";
import { all, any, chars, type Expression, lengths, never, repeat } from "../automata/expression.ts";
import { unsupported } from "../faults.ts";
import { jsonString } from "./json-text.ts";
import type { Schema } from "./schema.ts";

/** Longer texts are not written: every answer is still valid, and the engine can count so far. */
const MOST = 1600;

/** The JSON strings that all the schemas allow. */
export function strings(schemas: readonly Schema[]): Expression {
  return jsonString(stringValues(schemas));
}

/** The same as the strings' values. */
export function stringValues(schemas: readonly Schema[]): Expression {
  const min = Math.max(0, ...schemas.map(({ minLength = 0 }) => minLength));
  const max = Math.min(...schemas.map(({ maxLength = Number.POSITIVE_INFINITY }) => maxLength));
  const [content, ...others] = schemas.flatMap(({ pattern, format, param }) =>
    [pattern, format].flatMap((regex) => (regex ? [{ regex, param }] : [])),
  );
  const bound = max > MOST && max !== Number.POSITIVE_INFINITY ? MOST : max;
  if (content === undefined) return repeat(chars(anyCodePoint), min, bound);
  const other = others.find(({ regex }) => regex.pattern !== content.regex.pattern);
  if (other) throw unsupported(other.param, "only one of several patterns and formats can be enforced.");
  const within = withLength(content.regex.somewhere(), min, max);
  if (within) return within;
  throw unsupported(
    content.param,
    "minLength or maxLength cannot be enforced with this pattern. Write its counts.",
  );
}

/** The texts of a regex whose length is from `min` to `max`; null where that is hard to say. */
export function withLength(expression: Expression, min: number, max: number): Expression | null {
  const [least, most] = lengths(expression);
  if (min <= least && most <= max) return expression;
  if (most < min || max < least) return never;
  if (expression.kind === "any") {
    const items = expression.items.map((item) => withLength(item, min, max));
    return items.includes(null) ? null : any(...items.flatMap((item) => item ?? []));
  }
  const items = expression.kind === "all" ? expression.items : [expression];
  const [open, ...others] = items.filter((item) => new Set(lengths(item)).size > 1);
  if (open?.kind !== "repeat" || open.item.kind !== "chars" || others.length > 0) return null;
  const fixed = least - open.min;
  const narrowed = repeat(open.item, Math.max(open.min, min - fixed), Math.min(open.max, max - fixed));
  return all(...items.map((item) => (item === open ? narrowed : item)));
}
