import { isEqual, isIn, isLess, toNumber } from "./compare.ts";
import { fail } from "./failure.ts";
import { isIterable, typeName } from "./python-types.ts";
import { toText } from "./repr.ts";
import type { Runtime } from "./runtime.ts";
import { Callable, Dict, Markup, Series, Thing, textOf, Undefined, type Value } from "./values.ts";

type Test = (value: Value, other: Value, runtime: Runtime) => boolean;

const isInt = (value: Value): value is bigint => typeof value === "bigint";

const equal: Test = isEqual;
const less: Test = (value, other) => isLess(value, other);
const lessOrEqual: Test = (value, other) => isEqual(value, other) || isLess(value, other, "<=");

/** Those that compare with an argument. */
const binary: Record<string, Test> = {
  ...{ "==": equal, eq: equal, equalto: equal },
  ...{ "!=": (value, other) => !isEqual(value, other), ne: (value, other) => !isEqual(value, other) },
  ...{ "<": less, lt: less, lessthan: less, "<=": lessOrEqual, le: lessOrEqual },
  ...{ ">": (value, other) => isLess(other, value, ">"), gt: (value, other) => isLess(other, value, ">") },
  greaterthan: (value, other) => isLess(other, value, ">"),
  ...{
    ">=": (value, other) => lessOrEqualTo(other, value),
    ge: (value, other) => lessOrEqualTo(other, value),
  },
  in: (value, other) => isIn(value, other),
  sameas: (value, other) => value === other,
  divisibleby: (value, other) => rest(value, other) === 0n,
};

function lessOrEqualTo(value: Value, other: Value): boolean {
  return isEqual(value, other) || isLess(value, other, ">=");
}

const unary: Record<string, Test> = {
  defined: (value) => !(value instanceof Undefined),
  undefined: (value) => value instanceof Undefined,
  none: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  true: (value) => value === true,
  false: (value) => value === false,
  integer: isInt,
  float: (value) => typeof value === "number",
  number: (value) => toNumber(value) !== null,
  string: (value) => textOf(value) !== null,
  mapping: (value) => value instanceof Dict,
  iterable: isIterable,
  sequence: (value) => isIterable(value) && !(value instanceof Series && value.kind !== "range"),
  /** What is undefined has a call, which fails. */
  callable: (value) =>
    value instanceof Undefined ||
    value instanceof Callable ||
    (value instanceof Thing && value.call !== null),
  lower: (value) => isCase(toText(value), (text) => text.toLowerCase()),
  upper: (value) => isCase(toText(value), (text) => text.toUpperCase()),
  odd: (value) => rest(value, 2n) === 1n,
  even: (value) => rest(value, 2n) === 0n,
  escaped: (value) => value instanceof Markup,
  filter: (value, _, runtime) => runtime.isFilter(textOf(value) ?? ""),
  test: (value, _, runtime) => runtime.isTest(textOf(value) ?? ""),
};

function isCase(text: string, change: (text: string) => string): boolean {
  return text === change(text) && text.toLowerCase() !== text.toUpperCase();
}

/** Python's modulo, which has the sign of what it divides by. */
function rest(value: Value, by: Value): bigint | number {
  if (value instanceof Undefined) return value.fail();
  const [number, divisor] = [toNumber(value), toNumber(by)];
  if (number === null || divisor === null) return fail(`a ${typeName(value)} has no remainder`);
  if (Number(divisor) === 0) return fail("division by zero");
  const left =
    typeof number === "bigint" && typeof divisor === "bigint"
      ? number % divisor
      : Number(number) % Number(divisor);
  const whole = typeof left === "bigint" ? left : Number.isInteger(left) ? BigInt(left) : left;
  return typeof whole === "bigint" &&
    typeof divisor === "bigint" &&
    whole < 0n !== divisor < 0n &&
    whole !== 0n
    ? whole + divisor
    : whole;
}

export function isTest(name: string): boolean {
  return Object.hasOwn(unary, name) || Object.hasOwn(binary, name);
}

/** Whether `value is name(…)`. Throws for an unknown test. */
export function runTest(name: string, value: Value, args: readonly Value[], runtime: Runtime): boolean {
  const [other] = args;
  const compare = Object.hasOwn(binary, name) ? binary[name] : undefined;
  if (compare) {
    if (other === undefined || args.length > 1) return fail(`the test "${name}" takes one argument`);
    if (!(name === "in" && other instanceof Dict)) runtime.budget.value(name === "in" ? other : value);
    return compare(value, other, runtime);
  }
  const check = Object.hasOwn(unary, name) ? unary[name] : undefined;
  if (!check) return fail(`No test named '${name}'.`);
  if (name === "lower" || name === "upper") runtime.budget.value(value);
  return args.length > 0 ? fail(`the test "${name}" takes no argument`) : check(value, null, runtime);
}
