import type { Budget } from "../budget.ts";
import { accepts } from "./accepts.ts";
import { add, type Conjunction, namesOf, noCondition, propertyOf, typesOf, valuesOf } from "./conjunction.ts";
import type { Schema } from "./schema.ts";

/** How deep a property that tells two objects apart may be. */
const MAX_DEPTH = 4;

/**
 * Whether nothing that is written for one of the two satisfies the other one too, as far as can be told: by their
 * types, by the values they list, or by a property that tells them apart.
 */
export function areDisjoint(one: Conjunction, other: Conjunction, budget: Budget): boolean {
  return haveNothingInCommon(one, other, 0, budget) || (isMissing(one, other) && isMissing(other, one));
}

function haveNothingInCommon(one: Conjunction, other: Conjunction, depth: number, budget: Budget): boolean {
  const schemas = [...one.schemas, ...other.schemas];
  budget.spend(schemas.length);
  if (schemas.some(({ isFalse }) => isFalse)) return true;
  if (isListedApart(one, other) || isListedApart(other, one)) return true;
  const [type, ...types] = typesOf(schemas);
  if (type === undefined) return true;
  return (
    type === "object" && types.length === 0 && depth < MAX_DEPTH && isToldApart(one, other, depth + 1, budget)
  );
}

function isListedApart(one: Conjunction, other: Conjunction): boolean {
  const values = valuesOf(one);
  return values !== null && !values.some((value) => other.schemas.every((schema) => accepts(schema, value)));
}

function isToldApart(one: Conjunction, other: Conjunction, depth: number, budget: Budget): boolean {
  const required = [...one.schemas, ...other.schemas].flatMap((schema) => schema.required ?? []);
  return required.some((name) =>
    haveNothingInCommon(property(one.schemas, name), property(other.schemas, name), depth, budget),
  );
}

function property(schemas: readonly Schema[], name: string): Conjunction {
  return propertyOf(schemas, name).reduce(add, noCondition);
}

/** Whether the other one requires what is never written for this one. */
function isMissing(one: Conjunction, other: Conjunction): boolean {
  if (one.unions.length > 0 || typesOf(one.schemas).join() !== "object") return false;
  const { declared, hasExtras } = namesOf(one.schemas);
  return !hasExtras && [...namesOf(other.schemas).required].some((name) => !declared.includes(name));
}
