import { all, any, type Expression, never, nothing, optional, repeat, text } from "../automata/expression.ts";
import { add, noCondition, typesOf, valuesOf } from "./conjunction.ts";
import { comma, type ValueRules } from "./rules.ts";
import type { Schema } from "./schema.ts";

/** The engine can count so far. With a higher `maxItems` longer arrays are not written, or it is not enforced. */
const MOST = 1000;
/** Sets of values that are left for an array without repeats: all of 7 values, or pairs of 20. */
const MOST_SETS = 256;

/** The JSON arrays that all the schemas allow. */
export function arrays(schemas: readonly Schema[], rules: ValueRules): Expression {
  const min = Math.max(0, ...schemas.map(({ minItems = 0 }) => minItems));
  const max = Math.min(...schemas.map(({ maxItems = Number.POSITIVE_INFINITY }) => maxItems));
  const first = Math.max(0, ...schemas.map(({ prefixItems = [] }) => prefixItems.length));
  const limits = { min, max, first };
  const unique = schemas.find(({ uniqueItems }) => uniqueItems);
  if (unique && max > 1) {
    const distinct = withoutRepeats(schemas, limits, rules);
    if (distinct) return all(text("["), distinct, text("]"));
    const why =
      "items can only be kept apart where a few values are listed. Leave it out and remove repeats afterwards.";
    rules.enforcement.widen(`${unique.param}.uniqueItems`, "uniqueItems", why);
  }
  if (max > MOST && max !== Number.POSITIVE_INFINITY) {
    const { param = "" } = schemas.find(({ maxItems }) => maxItems === max) ?? {};
    const why = `at most ${MOST} items can be counted, and this is ${max}.`;
    const isLoosened = rules.enforcement.mayLoosen(`${param}.maxItems`, "maxItems", why);
    limits.max = isLoosened ? Number.POSITIVE_INFINITY : MOST;
  }
  return all(text("["), from(0, schemas, limits, rules), text("]"));
}

/** Lists of listed values of which none comes twice, in any order; null where there are too many to keep apart. */
function withoutRepeats(schemas: readonly Schema[], limits: Limits, rules: ValueRules): Expression | null {
  const item = schemas.flatMap(({ items }) => items ?? []).reduce(add, noCondition);
  const isBoolean = typesOf(item.schemas).join() === "boolean";
  const values = item.unions.length > 0 ? null : (valuesOf(item) ?? (isBoolean ? [true, false] : null));
  if (values === null || limits.first > 0) return null;
  const { min } = limits;
  const max = Math.min(limits.max, values.length);
  if (max < min) return never;
  if (countSets(values.length, max) > MOST_SETS) return null;
  const texts = values.map((value) => JSON.stringify(value));
  const rest = (left: readonly string[]): Expression => {
    const count = texts.length - left.length;
    if (count >= max) return nothing;
    const next = () =>
      any(
        count >= min ? nothing : never,
        ...left.map((value) =>
          all(count > 0 ? comma : nothing, text(value), rest(left.filter((other) => other !== value))),
        ),
      );
    return rules.shared(`distinct ${min} ${max} ${texts.join()} ${left.join()}`, next);
  };
  return rest(texts);
}

/** How many sets of at most `most` can be taken out of `count` things. */
function countSets(count: number, most: number): number {
  let [sets, ofThisSize] = [1, 1];
  for (let size = 1; size <= most; size += 1) {
    ofThisSize = (ofThisSize * (count - size + 1)) / size;
    sets += ofThisSize;
  }
  return sets;
}

interface Limits {
  min: number;
  max: number;
  /** How many items have a schema of their own. */
  first: number;
}

function from(index: number, schemas: readonly Schema[], limits: Limits, rules: ValueRules): Expression {
  const { min, max, first } = limits;
  if (max < min) return never;
  if (index >= max) return nothing;
  const each = schemas.flatMap(({ prefixItems = [], items }) => prefixItems[index] ?? items ?? []);
  const item = rules.value(each);
  if (index >= first) return listOf(item, Math.max(0, min - index), max - index, index === 0);
  const rest = rules.define(() => from(index + 1, schemas, limits, rules));
  return any(index >= min ? nothing : never, all(index > 0 ? comma : nothing, item, rest));
}

/** Items with commas between, and before where others came before. */
export function listOf(item: Expression, min: number, max: number, isFirst: boolean): Expression {
  if (max <= 0) return min > 0 ? never : nothing;
  const next = all(comma, item);
  if (!isFirst) return repeat(next, min, max);
  const some = all(item, repeat(next, Math.max(0, min - 1), max - 1));
  return min === 0 ? optional(some) : some;
}
