import { readAttribute, readItem, readSlice } from "./access.ts";
import { calculate } from "./arithmetic.ts";
import { isEqual, isIn, isLess, toNumber } from "./compare.ts";
import { fail } from "./failure.ts";
import { isTrue, toItems, typeName } from "./python-types.ts";
import { toText } from "./repr.ts";
import type { Runtime } from "./runtime.ts";
import type { Scope } from "./scope.ts";
import type { Arguments, Comparison, Expression } from "./syntax.ts";
import { type CallArguments, Dict, Tuple, textOf, Undefined, type Value, valueOr } from "./values.ts";

/** An expression's value. `blockText`: what the first filter of a block gets. */
export function evaluate(expression: Expression, scope: Scope, runtime: Runtime, blockText = ""): Value {
  runtime.budget.step();
  const of = (inner: Expression): Value => evaluate(inner, scope, runtime, blockText);
  switch (expression.type) {
    case "constant":
      return expression.value;
    case "name":
      return valueOr(scope.get(expression.name), () => new Undefined(`'${expression.name}' is undefined`));
    case "list":
      return expression.items.map(of);
    case "tuple":
      return new Tuple(expression.items.map(of));
    case "dict":
      return new Dict(expression.entries.map(([key, value]) => [of(key), of(value)]));
    case "condition": {
      if (isTrue(of(expression.test))) return of(expression.value);
      const missing = "the inline if-expression evaluated to false and no else section was defined.";
      return expression.otherwise ? of(expression.otherwise) : new Undefined(missing);
    }
    case "or": {
      const left = of(expression.left);
      return isTrue(left) ? left : of(expression.right);
    }
    case "and": {
      const left = of(expression.left);
      return isTrue(left) ? of(expression.right) : left;
    }
    case "not":
      return !isTrue(of(expression.operand));
    case "sign":
      return withSign(of(expression.operand), expression.sign);
    case "arithmetic":
      return calculate(expression.operator, of(expression.left), of(expression.right), runtime.budget);
    case "concat":
      return concat(expression.parts.map(of), runtime);
    case "comparison":
      return compareChain(of(expression.first), expression.rest, of, runtime);
    case "attribute":
      return readAttribute(of(expression.object), expression.name, runtime);
    case "item":
      return readItem(of(expression.object), of(expression.key), runtime);
    case "slice": {
      const bound = (inner: Expression | null): Value => (inner ? of(inner) : null);
      const { object, start, stop, step } = expression;
      // Jinja takes the slice of a literal beforehand, and then forgives that it has none.
      if (object.type === "constant" && typeof object.value !== "string")
        return new Undefined("the constant has no element slice");
      return readSlice(of(object), [bound(start), bound(stop), bound(step)], runtime.budget);
    }
    case "call": {
      const callee = of(expression.callee);
      return runtime.call(callee, evaluateArguments(expression.args, of));
    }
    case "filter": {
      const operand = expression.operand ? of(expression.operand) : blockText;
      return runtime.filter(expression.name, operand, evaluateArguments(expression.args, of));
    }
    case "test":
      return runtime.test(expression.name, of(expression.operand), evaluateArguments(expression.args, of));
  }
}

function withSign(value: Value, sign: "-" | "+"): Value {
  if (value instanceof Undefined) return value.fail();
  const number = toNumber(value);
  if (number === null) return fail(`bad operand type for unary ${sign}: '${typeName(value)}'`);
  return sign === "-" ? -number : number;
}

function concat(parts: readonly Value[], { budget }: Runtime): string {
  for (const part of parts) if (typeof part !== "string") budget.value(part);
  // Added up, and not joined, so that a text which grows part by part is not copied each time.
  const text = parts.map(toText).reduce((sum, part) => sum + part, "");
  budget.size(text.length);
  return text;
}

/** `a < b < c` is true where each pair is. */
function compareChain(
  first: Value,
  rest: readonly [Comparison, Expression][],
  of: (expression: Expression) => Value,
  { budget }: Runtime,
): boolean {
  let left = first;
  for (const [operator, operand] of rest) {
    const right = of(operand);
    chargeComparison(operator, left, right, budget);
    if (!holds(operator, left, right)) return false;
    left = right;
  }
  return true;
}

/** Equal texts are compared many characters at a time. */
const charactersComparedInStep = 512;

/** A key is found in a dict, and texts are compared, without going through all of them. */
function chargeComparison(operator: Comparison, left: Value, right: Value, budget: Runtime["budget"]): void {
  const looksUp = operator === "in" || operator === "not in";
  if (looksUp && !(right instanceof Dict)) budget.value(right);
  if (looksUp) return;
  if (typeof left === "object" && typeof right === "object") budget.value(left);
  if (typeof left !== "string" || typeof right !== "string") return;
  const isEquality = operator === "==" || operator === "!=";
  if (!isEquality) budget.text(Math.min(left.length, right.length));
  else if (left.length === right.length) budget.step(left.length / charactersComparedInStep);
}

function holds(operator: Comparison, left: Value, right: Value): boolean {
  switch (operator) {
    case "==":
      return isEqual(left, right);
    case "!=":
      return !isEqual(left, right);
    case "<":
      return isLess(left, right);
    case ">":
      return isLess(right, left, ">");
    case "<=":
      return isLess(left, right, "<=") || isEqual(left, right);
    case ">=":
      return isLess(right, left, ">=") || isEqual(left, right);
    case "in":
      return isIn(left, right);
    case "not in":
      return !isIn(left, right);
  }
}

export function evaluateArguments(args: Arguments, of: (expression: Expression) => Value): CallArguments {
  const spread = args.spread ? toItems(of(args.spread)) : [];
  const named = new Map<string, Value>(args.named.map(([name, value]) => [name, of(value)]));
  const mapping = args.namedSpread ? of(args.namedSpread) : null;
  if (mapping !== null && !(mapping instanceof Dict)) fail(`** needs a mapping, not ${typeName(mapping)}`);
  for (const [key, value] of mapping instanceof Dict ? mapping.entries() : [])
    named.set(textOf(key) ?? fail("keywords must be strings"), value);
  return { positional: [...args.positional.map(of), ...spread], named };
}
