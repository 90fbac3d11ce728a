import { anyCodePoint } from "../automata/code-points.ts";
import { all, any, chars, type Expression, never, repeat } from "../automata/expression.ts";
import { lengths } from "../automata/measure.ts";
import type { Regex } from "../regex/compile.ts";
import { jsonString } from "./json-text.ts";
import type { ValueRules } from "./rules.ts";
import type { Schema } from "./schema.ts";

/** The engine can count so far. With a higher `maxLength` longer texts are not written, or it is not enforced. */
const MOST = 1600;

/** A pattern or a format, and the schema that has it. */
interface Content {
  regex: Regex;
  keyword: string;
  param: string;
}

/** The JSON strings that all the schemas allow; equal ones share a rule. */
export function strings(schemas: readonly Schema[], rules: ValueRules): Expression {
  const contents = schemas.flatMap(({ pattern, format, param }): Content[] => [
    ...(pattern ? [{ regex: pattern, keyword: "pattern", param }] : []),
    ...(format ? [{ regex: format, keyword: "format", param }] : []),
  ]);
  const [content, ...others] = contents;
  const other = others.find(({ regex }) => regex.pattern !== content?.regex.pattern);
  if (other) {
    const why = "only one of several patterns and formats can be enforced.";
    rules.enforcement.widen(other.param, other.keyword, why);
  }
  const values = content?.regex.somewhere() ?? repeat(chars(anyCodePoint), 0);
  const [min, max] = lengthsOf(schemas, lengths(values)[1], rules);
  const within = withLength(values, min, max);
  if (within === null) {
    const why = "minLength or maxLength cannot be enforced with this pattern. Write its counts.";
    rules.enforcement.widen(content?.param ?? "", min > 0 ? "minLength" : "maxLength", why);
  }
  const key = `string ${min} ${max} ${JSON.stringify(content?.regex.pattern)}`;
  return rules.shared(key, () => jsonString(within ?? values));
}

function lengthsOf(
  schemas: readonly Schema[],
  longest: number,
  { enforcement }: ValueRules,
): [min: number, max: number] {
  const min = Math.max(0, ...schemas.map(({ minLength = 0 }) => minLength));
  const max = Math.min(...schemas.map(({ maxLength = Number.POSITIVE_INFINITY }) => maxLength));
  if (max <= MOST || max >= longest) return [min, max];
  const { param = "" } = schemas.find(({ maxLength }) => maxLength === max) ?? {};
  const why = `at most ${MOST} characters can be counted, and this is ${max}.`;
  const isLoosened = enforcement.mayLoosen(`${param}.maxLength`, "maxLength", why);
  return [min, isLoosened ? Number.POSITIVE_INFINITY : MOST];
}

/** The texts of a regex whose length is from `min` to `max`; null where that is hard to say. */
function withLength(expression: Expression, min: number, max: number): Expression | null {
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
