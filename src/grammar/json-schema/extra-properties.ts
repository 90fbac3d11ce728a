import { anyCodePoint, minus, only } from "../automata/code-points.ts";
import {
  all,
  any,
  chars,
  type Expression,
  never,
  nothing,
  oneOfTexts,
  repeat,
  text,
} from "../automata/expression.ts";
import { add, noCondition, valuesOf } from "./conjunction.ts";
import { colon, type ValueRules } from "./rules.ts";
import type { Schema } from "./schema.ts";
import { strings } from "./strings.ts";

/**
 * A property other than the named ones. A name twice in an object would stand for its last value, which nothing
 * holds to the name's schema, so names are kept apart letter by letter.
 */
export function extraProperty(
  schemas: readonly Schema[],
  named: readonly string[],
  rules: ValueRules,
): Expression {
  const [matching, ...others] = schemas.filter(({ patternProperty }) => patternProperty);
  const additional = schemas
    .filter((schema) => schema !== matching)
    .flatMap(({ additionalProperties }) => additionalProperties ?? []);
  const asked = schemas.flatMap(({ propertyNames }) => propertyNames ?? []);
  const at = matching?.patternProperty;
  const covered: Schema[] = at ? [{ param: `${matching.param}.patternProperties`, pattern: at.pattern }] : [];
  const keys =
    others.length > 0
      ? "two patterns for one object cannot be enforced."
      : namesThat([...covered, ...asked], named, rules);
  if (typeof keys !== "string") {
    return all(keys, colon, rules.value(at ? [at.schema, ...additional] : additional));
  }
  const keyword = at ? "patternProperties" : "propertyNames";
  rules.enforcement.widen([...covered, ...asked][0]?.param ?? "", keyword, keys);
  // A name that the pattern does not cover has a value of its own, and patterns are not kept apart here.
  return all(otherNames(named, rules), colon, rules.value(at ? [] : additional));
}

/** The names that satisfy all of the schemas, or why they cannot be written. */
function namesThat(
  names: readonly Schema[],
  named: readonly string[],
  rules: ValueRules,
): Expression | string {
  if (names.length === 0) return otherNames(named, rules);
  const conjunction = names.reduce(add, noCondition);
  const listed = valuesOf(conjunction)?.filter((value) => typeof value === "string");
  if (listed) {
    return oneOfTexts(listed.filter((name) => !named.includes(name)).map((name) => JSON.stringify(name)));
  }
  if (conjunction.unions.length > 0) return "choices between names cannot be enforced.";
  const { schemas } = conjunction;
  const clash = named.find((name) => schemas.every(({ pattern }) => !pattern || pattern.test(name)));
  if (clash !== undefined) return `it also covers the named property "${clash}", which cannot be kept apart.`;
  return strings(schemas, rules);
}

const nameChars = minus(anyCodePoint, [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

/** Every name but these, without what JSON would have to escape where there are some. */
function otherNames(named: readonly string[], rules: ValueRules): Expression {
  if (named.length === 0) return strings([], rules);
  const plain = named.filter((name) => JSON.stringify(name) === `"${name}"`).map((name) => Array.from(name));
  return rules.define(() => all(text('"'), otherThan(plain, false), text('"')));
}

/** Texts that start like none of these, or like one and then differ or end early; `mayEnd` is about here. */
function otherThan(named: readonly (readonly string[])[], mayEnd: boolean): Expression {
  const free = repeat(chars(nameChars), 0);
  const firsts = [...new Set(named.flatMap(([first]) => first ?? []))];
  const isNamed = named.some((name) => name.length === 0);
  const elsewhere = all(chars(minus(nameChars, only(firsts.join("")))), free);
  const along = firsts.map((first) => {
    const rest = named.filter((name) => name[0] === first).map((name) => name.slice(1));
    return all(text(first), otherThan(rest, true));
  });
  return any(mayEnd && !isNamed ? nothing : never, elsewhere, ...along);
}
