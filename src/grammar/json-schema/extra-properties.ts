import { anyCodePoint, minus, only } from "../automata/code-points.ts";
import { all, any, chars, type Expression, never, nothing, repeat, text } from "../automata/expression.ts";
import { oneOfTexts } from "../automata/trie.ts";
import { unsupported } from "../faults.ts";
import { add, noCondition, valuesOf } from "./conjunction.ts";
import { colon } from "./punctuation.ts";
import type { Schema } from "./schema.ts";
import { strings } from "./strings.ts";
import type { ValueRules } from "./value-rules.ts";

/**
 * A property that is none of the named ones. A name twice in an object would stand for its last value, which nothing
 * holds to the name's schema, so names are kept apart letter by letter.
 */
export function extraProperty(
  schemas: readonly Schema[],
  named: readonly string[],
  rules: ValueRules,
): Expression {
  const [matching, ...others] = schemas.filter(({ patternProperty }) => patternProperty);
  if (others.length > 0) {
    throw unsupported(
      `${others[0]?.param}.patternProperties`,
      "two patterns for one object cannot be enforced.",
    );
  }
  const additional = schemas
    .filter((schema) => schema !== matching)
    .flatMap(({ additionalProperties }) => additionalProperties ?? []);
  const names = schemas.flatMap(({ propertyNames }) => propertyNames ?? []);
  const at = matching?.patternProperty;
  if (at) names.push({ param: `${matching.param}.patternProperties`, pattern: at.pattern });
  const value = rules.value(at ? [at.schema, ...additional] : additional);
  const key = names.length === 0 ? otherNames(named) : namesThat(names, named);
  return all(
    rules.define(() => key),
    colon,
    value,
  );
}

function namesThat(names: readonly Schema[], named: readonly string[]): Expression {
  const conjunction = names.reduce(add, noCondition);
  const param = names[0]?.param ?? "";
  const listed = valuesOf(conjunction)?.filter((value) => typeof value === "string");
  if (listed)
    return oneOfTexts(listed.filter((name) => !named.includes(name)).map((name) => JSON.stringify(name)));
  if (conjunction.unions.length > 0) throw unsupported(param, "choices between names cannot be enforced.");
  const { schemas } = conjunction;
  const clash = named.find((name) => schemas.every(({ pattern }) => !pattern || pattern.test(name)));
  if (clash !== undefined) {
    throw unsupported(param, `it also covers the named property "${clash}", which cannot be kept apart.`);
  }
  return strings(schemas);
}

const nameChars = minus(anyCodePoint, [
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);

/** Every name but these, without what JSON would have to escape. */
function otherNames(named: readonly string[]): Expression {
  const plain = named.filter((name) => JSON.stringify(name) === `"${name}"`);
  return all(
    text('"'),
    otherThan(
      plain.map((name) => Array.from(name)),
      false,
    ),
    text('"'),
  );
}

/** Texts that begin like none of these, or like one and then go another way or end early; `mayEnd` is about here. */
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
