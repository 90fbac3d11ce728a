import { all, any, type Expression, never, nothing, text } from "../automata/expression.ts";
import { listOf } from "./arrays.ts";
import { namesOf, propertyOf } from "./conjunction.ts";
import { extraProperty } from "./extra-properties.ts";
import { colon, comma, type ValueRules } from "./rules.ts";
import type { Schema } from "./schema.ts";

interface Plan {
  /** The properties in their order: key and value, and whether it must be there. */
  declared: readonly { property: Expression; isRequired: boolean }[];
  extra: Expression | null;
  min: number;
  max: number;
}

/** The JSON objects that all the schemas allow: named properties in the schema's order, then others. */
export function objects(schemas: readonly Schema[], rules: ValueRules): Expression {
  const { declared, required, hasExtras } = namesOf(schemas);
  const plan: Plan = {
    declared: declared.map((name) => ({
      property: all(text(JSON.stringify(name)), colon, rules.value(propertyOf(schemas, name))),
      isRequired: required.has(name),
    })),
    extra: hasExtras ? extraProperty(schemas, declared, rules) : null,
    min: Math.max(0, ...schemas.map(({ minProperties = 0 }) => minProperties)),
    max: Math.min(...schemas.map(({ maxProperties = Number.POSITIVE_INFINITY }) => maxProperties)),
  };
  if (plan.extra && plan.min > declared.length + 1) {
    const param = schemas.find(({ minProperties }) => minProperties === plan.min)?.param ?? "";
    const why = "more properties than one beside the named ones cannot be counted.";
    rules.enforcement.widen(`${param}.minProperties`, "minProperties", why);
    plan.min = declared.length + 1;
  }
  return all(text("{"), new Members(plan, rules).from(0, 0), text("}"));
}

/** Counts properties only so far as the limits need, at least whether there was one. */
class Members {
  private readonly known = new Map<string, Expression>();
  private readonly countsMax: boolean;
  private readonly cap: number;

  private readonly plan: Plan;
  private readonly rules: ValueRules;

  constructor(plan: Plan, rules: ValueRules) {
    this.plan = plan;
    this.rules = rules;
    this.countsMax = plan.max <= plan.declared.length;
    this.cap = Math.max(1, plan.min, this.countsMax ? plan.max : 0);
  }

  from(index: number, count: number): Expression {
    const next = this.plan.declared[index];
    if (!next) return this.rest(count);
    const key = `${index} ${count}`;
    const known = this.known.get(key) ?? this.rules.define(() => this.withOrWithout(index, count));
    this.known.set(key, known);
    return known;
  }

  private withOrWithout(index: number, count: number): Expression {
    const next = this.plan.declared[index];
    if (!next) return never;
    const isFull = this.countsMax && count >= this.plan.max;
    const after = isFull ? never : this.from(index + 1, Math.min(count + 1, this.cap));
    const written = all(count > 0 ? comma : nothing, next.property, after);
    return any(isFull ? never : written, next.isRequired ? never : this.from(index + 1, count));
  }

  private rest(count: number): Expression {
    const { extra, min, max, declared } = this.plan;
    const missing = Math.max(0, min - count);
    if (!extra) return missing > 0 ? never : nothing;
    // The same name twice is one property: only one more can be counted on.
    if (missing > 1) return never;
    return listOf(extra, missing, max - (this.countsMax ? count : declared.length), count === 0);
  }
}
