import { all, any, type Expression, never, nothing, optional, repeat, text } from "../automata/expression.ts";
import { comma } from "./punctuation.ts";
import type { Schema } from "./schema.ts";
import type { ValueRules } from "./value-rules.ts";

/** Longer arrays are not written: every answer is still valid, and the engine can count so far. */
const MOST = 1000;

/** The JSON arrays that all the schemas allow. */
export function arrays(schemas: readonly Schema[], rules: ValueRules): Expression {
  const min = Math.max(0, ...schemas.map(({ minItems = 0 }) => minItems));
  const max = Math.min(...schemas.map(({ maxItems = Number.POSITIVE_INFINITY }) => maxItems));
  const first = Math.max(0, ...schemas.map(({ prefixItems = [] }) => prefixItems.length));
  const limits = { min, max: max > MOST && max !== Number.POSITIVE_INFINITY ? MOST : max, first };
  return all(text("["), from(0, schemas, limits, rules), text("]"));
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
