import { any, type Expression, never, type Rules, rule, text } from "../automata/expression.ts";
import { oneOfTexts } from "../automata/trie.ts";
import { unsupported } from "../faults.ts";
import { arrays } from "./arrays.ts";
import { add, type Conjunction, noCondition, typesOf, type Union, valuesOf } from "./conjunction.ts";
import { areDisjoint } from "./disjoint.ts";
import { type Bound, decimals, integers, type Range } from "./numbers.ts";
import { objects } from "./objects.ts";
import { gap } from "./punctuation.ts";
import type { Schema, Type } from "./schema.ts";
import { strings } from "./strings.ts";
import type { ValueRules } from "./value-rules.ts";

const MAX_RULES = 3000;

/** Turns schemas into rules that write their values as JSON; equal conditions share a rule, so recursion ends. */
export class Compiler implements ValueRules {
  readonly rules: Rules = new Map([["gap", gap]]);
  private readonly names = new Map<string, string>();
  private readonly ids = new Map<Schema, number>();
  private readonly param: string;

  constructor(param: string) {
    this.param = param;
  }

  value(schemas: readonly Schema[]): Expression {
    return this.conjunction(schemas.reduce(add, noCondition));
  }

  define(body: () => Expression): Expression {
    const name = `r${this.rules.size}`;
    if (this.rules.size > MAX_RULES) {
      throw unsupported(this.param, `it needs a grammar of more than ${MAX_RULES} rules. Make it smaller.`);
    }
    this.rules.set(name, never);
    this.rules.set(name, body());
    return rule(name);
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
    const values = valuesOf(conjunction);
    if (values) return oneOfTexts(values.map((value) => JSON.stringify(value)));
    const [union, ...unions] = conjunction.unions;
    if (union) return this.union({ ...conjunction, unions }, union);
    return any(...typesOf(conjunction.schemas).map((type) => this.ofType(conjunction.schemas, type)));
  }

  private union(rest: Conjunction, { branches, isExclusive, param }: Union): Expression {
    const each = branches.map((branch) => add(rest, branch));
    if (isExclusive) refuseOverlap(each, param);
    return any(...each.map((branch) => this.conjunction(branch)));
  }

  private ofType(schemas: readonly Schema[], type: Type): Expression {
    switch (type) {
      case "null":
        return text("null");
      case "boolean":
        return any(text("true"), text("false"));
      case "integer":
        return typesOf(schemas).includes("number") ? never : integers(rangeOf(schemas));
      case "number":
        return decimals(rangeOf(schemas));
      case "string":
        return strings(schemas);
      case "array":
        return arrays(schemas, this);
      case "object":
        return objects(schemas, this);
    }
  }
}

/** `oneOf` is `anyOf` where its branches exclude one another; no grammar says that only one may hold. */
function refuseOverlap(branches: readonly Conjunction[], param: string): void {
  branches.forEach((one, index) => {
    const second = branches.findIndex((other, at) => at > index && !areDisjoint(one, other));
    if (second < 0) return;
    throw unsupported(
      param,
      `branches ${index} and ${second} may hold at once. Use \`anyOf\`, or tell them apart by type or by a required ` +
        "property with `const` in each.",
    );
  });
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

function bounds(closed: number | undefined, open: number | undefined): Bound[] {
  return [
    ...(closed === undefined ? [] : [{ value: closed, isOpen: false }]),
    ...(open === undefined ? [] : [{ value: open, isOpen: true }]),
  ];
}
