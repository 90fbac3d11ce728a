import { any, type Expression, never, oneOfTexts, type Rules, rule, text } from "../automata/expression.ts";
import { exceeded } from "../faults.ts";
import { arrays } from "./arrays.ts";
import { add, type Conjunction, noCondition, typesOf, type Union, valuesOf } from "./conjunction.ts";
import { areDisjoint } from "./disjoint.ts";
import type { Enforcement } from "./enforcement.ts";
import { type Bound, decimals, integers, multiples, type Range } from "./numbers.ts";
import { objects } from "./objects.ts";
import { sharedRules, type ValueRules } from "./rules.ts";
import type { Schema, Type } from "./schema.ts";
import { strings } from "./strings.ts";

const MAX_RULES = 3000;

/** Turns schemas into rules that write their values as JSON; equal conditions share a rule, so recursion ends. */
export class Compiler implements ValueRules {
  readonly rules: Rules = new Map(sharedRules);
  readonly enforcement: Enforcement;
  private readonly names = new Map<string, string>();
  private readonly ids = new Map<Schema, number>();
  private readonly known = new Map<string, Expression>();
  private readonly param: string;

  constructor(param: string, enforcement: Enforcement) {
    this.param = param;
    this.enforcement = enforcement;
  }

  value(schemas: readonly Schema[]): Expression {
    return this.conjunction(schemas.reduce(add, noCondition));
  }

  define(body: () => Expression): Expression {
    const name = `r${this.rules.size}`;
    if (this.rules.size > MAX_RULES) {
      throw exceeded(this.param, `needs a grammar of more than ${MAX_RULES} rules. Make it smaller.`);
    }
    this.enforcement.budget.spend();
    this.rules.set(name, never);
    this.rules.set(name, body());
    return rule(name);
  }

  shared(key: string, body: () => Expression): Expression {
    const known = this.known.get(key) ?? this.define(body);
    this.known.set(key, known);
    return known;
  }

  private conjunction(conjunction: Conjunction): Expression {
    const schemas = conjunction.schemas.filter((schema) => Object.keys(schema).length > 1);
    const key = [
      ...schemas.map((schema) => this.id(schema)).sort(),
      ...conjunction.unions.map(({ id }) => id),
    ].join();
    const known = this.names.get(key);
    if (known !== undefined) return rule(known);
    this.names.set(key, `r${this.rules.size}`);
    return this.define(() => this.body(conjunction));
  }

  private id(schema: Schema): number {
    const id = this.ids.get(schema) ?? this.ids.size;
    this.ids.set(schema, id);
    return id;
  }

  private body(conjunction: Conjunction): Expression {
    if (conjunction.schemas.some(({ isFalse }) => isFalse)) return never;
    this.enforcement.budget.spend(sizeOf(conjunction));
    const values = valuesOf(conjunction);
    if (values) return oneOfTexts(values.map((value) => JSON.stringify(value)));
    const [union, ...unions] = conjunction.unions;
    if (union) return this.union({ ...conjunction, unions }, union);
    return any(...typesOf(conjunction.schemas).map((type) => this.ofType(conjunction.schemas, type)));
  }

  private union(rest: Conjunction, { branches, isExclusive, param }: Union): Expression {
    const each = branches.map((branch) => add(rest, branch));
    if (isExclusive) this.widenOverlap(each, param);
    return any(...each.map((branch) => this.conjunction(branch)));
  }

  /** `oneOf` is `anyOf` where its branches exclude one another; no grammar says that only one may hold. */
  private widenOverlap(branches: readonly Conjunction[], param: string): void {
    branches.forEach((one, index) => {
      const isApart = (other: Conjunction, at: number) =>
        at <= index || areDisjoint(one, other, this.enforcement.budget);
      const second = branches.findIndex((other, at) => !isApart(other, at));
      if (second < 0) return;
      const why =
        `branches ${index} and ${second} may hold at once. Use \`anyOf\`, or tell them apart by type or by a required ` +
        "property with `const` in each.";
      this.enforcement.widen(param, "oneOf", why);
    });
  }

  private ofType(schemas: readonly Schema[], type: Type): Expression {
    switch (type) {
      case "null":
        return text("null");
      case "boolean":
        return any(text("true"), text("false"));
      case "integer":
        return typesOf(schemas).includes("number") ? never : this.numbers(schemas, true);
      case "number":
        return this.numbers(schemas, false);
      case "string":
        return strings(schemas, this);
      case "array":
        return arrays(schemas, this);
      case "object":
        return objects(schemas, this);
    }
  }

  private numbers(schemas: readonly Schema[], isInteger: boolean): Expression {
    const range = rangeOf(schemas);
    const [stepped, ...others] = schemas.filter(({ multipleOf }) => multipleOf !== undefined);
    const widen = ({ param }: Schema, why: string) =>
      this.enforcement.widen(`${param}.multipleOf`, "multipleOf", why);
    const other = others.find(({ multipleOf }) => multipleOf !== stepped?.multipleOf);
    if (other) widen(other, "only one of several can be enforced.");
    const exact = stepped?.multipleOf && multiples(range, stepped.multipleOf, isInteger);
    if (exact) return exact;
    if (stepped) {
      const why = "it takes a power of ten, or a minimum and a maximum with at most 1000 multiples between.";
      widen(stepped, `${why} List the values with \`enum\`, or leave it out.`);
    }
    const ends = [range.min, range.max].map((end) => end && `${end.value} ${end.isOpen}`).join();
    return this.shared(`number ${isInteger} ${ends}`, () => (isInteger ? integers(range) : decimals(range)));
  }
}

/** Roughly the work of one look at all that a conjunction says. */
function sizeOf({ schemas, unions }: Conjunction): number {
  const each = schemas.map(({ values, properties, required }) => {
    return 1 + (values?.size ?? 0) * schemas.length + (properties?.size ?? 0) + (required?.length ?? 0);
  });
  return each.reduce((sum, size) => sum + size, unions.length);
}

function rangeOf(schemas: readonly Schema[]): Range {
  const mins = schemas.flatMap((schema) => bounds(schema.minimum, schema.exclusiveMinimum));
  const maxs = schemas.flatMap((schema) => bounds(schema.maximum, schema.exclusiveMaximum));
  const least = (a: Bound, b: Bound) => (a.value < b.value || (a.value === b.value && a.isOpen) ? a : b);
  const most = (a: Bound, b: Bound) => (a.value > b.value || (a.value === b.value && a.isOpen) ? a : b);
  return {
    min: mins.length === 0 ? null : mins.reduce(most),
    max: maxs.length === 0 ? null : maxs.reduce(least),
  };
}

function bounds(closed: Bound["value"] | undefined, open: Bound["value"] | undefined): Bound[] {
  return [
    ...(closed === undefined ? [] : [{ value: closed, isOpen: false }]),
    ...(open === undefined ? [] : [{ value: open, isOpen: true }]),
  ];
}
