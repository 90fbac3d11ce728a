import type { Budget } from "./budget.ts";
import { toNumbers } from "./compare.ts";
import { fail } from "./failure.ts";
import { formatPercent } from "./format-percent.ts";
import { escapeHtml } from "./html.ts";
import { typeName } from "./python-types.ts";
import { toText } from "./repr.ts";
import type { ArithmeticOperator } from "./syntax.ts";
import { Markup, Tuple, textOf, Undefined, type Value } from "./values.ts";

/** As many bits as the largest int may have: no template needs as many, and Python prints no more digits either. */
const maxBits = 14_000;
const maxInt = 1n << BigInt(maxBits);

/** Python's arithmetic, on texts and lists, too. */
export function calculate(operator: ArithmeticOperator, left: Value, right: Value, budget: Budget): Value {
  const numbers = toNumbers(left, right);
  if (numbers) return calculateNumbers(operator, ...numbers, budget);
  const other =
    operator === "+" ? add(left, right, budget) : operator === "*" ? repeat(left, right, budget) : null;
  if (other !== null) return other;
  const text = operator === "%" ? textOf(left) : null;
  if (text !== null && !(right instanceof Undefined && left instanceof Undefined)) {
    budget.value(right);
    const formatted = formatPercent(text, left instanceof Markup ? escapeAll(right) : right, budget);
    return left instanceof Markup ? new Markup(formatted) : formatted;
  }
  if (left instanceof Undefined) return left.fail();
  if (right instanceof Undefined) return right.fail();
  const sign = operator === "**" ? "** or pow()" : operator;
  return fail(`unsupported operand type(s) for ${sign}: '${typeName(left)}' and '${typeName(right)}'`);
}

function escapeAll(value: Value): Value {
  if (typeof value === "string") return escapeHtml(value);
  return value instanceof Tuple ? new Tuple(value.items.map(escapeAll)) : value;
}

function add(left: Value, right: Value, budget: Budget): Value | null {
  if (Array.isArray(left) && Array.isArray(right)) {
    budget.items(left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Tuple && right instanceof Tuple) return new Tuple([...left.items, ...right.items]);
  const [first, second] = [textOf(left), textOf(right)];
  if (first === null || second === null) return null;
  budget.size(first.length + second.length);
  if (!(left instanceof Markup || right instanceof Markup)) return first + second;
  const [start, end] = [left, right].map((side) =>
    side instanceof Markup ? side.text : escapeHtml(toText(side)),
  );
  return new Markup(`${start}${end}`);
}

function repeat(left: Value, right: Value, budget: Budget): Value | null {
  const [count, repeated] = toCount(left) === null ? [toCount(right), left] : [toCount(left), right];
  if (count === null) return null;
  const text = textOf(repeated);
  if (text !== null) {
    budget.text(text.length * count);
    return repeated instanceof Markup ? new Markup(text.repeat(count)) : text.repeat(count);
  }
  const items = repeated instanceof Tuple ? repeated.items : repeated;
  if (!Array.isArray(items)) return null;
  budget.items(items.length * count);
  const all: Value[] = Array.from({ length: count }, () => items).flat();
  return repeated instanceof Tuple ? new Tuple(all) : all;
}

/** How often; null: it is no int. */
function toCount(value: Value): number | null {
  if (typeof value === "boolean") return Number(value);
  return typeof value === "bigint" ? Math.max(0, Number(value)) : null;
}

type Numeric = bigint | number;

function calculateNumbers(
  operator: ArithmeticOperator,
  left: Numeric,
  right: Numeric,
  budget: Budget,
): Numeric {
  const divides = operator === "/" || operator === "//" || operator === "%";
  if (divides && Number(right) === 0) return fail("division by zero");
  if (typeof left === "bigint" && typeof right === "bigint")
    return calculateInts(operator, left, right, budget);
  return calculateFloats(operator, Number(left), Number(right));
}

function calculateInts(operator: ArithmeticOperator, left: bigint, right: bigint, budget: Budget): Numeric {
  switch (operator) {
    case "+":
      return bounded(left + right);
    case "-":
      return bounded(left - right);
    case "*":
      return bounded(left * right);
    case "/":
      return Number(left) / Number(right);
    case "//":
      return floorDivide(left, right);
    case "%":
      return left - floorDivide(left, right) * right;
    case "**":
      budget.step(Number(right) / 16);
      return power(left, right);
  }
}

/** Python rounds to the lower int, JavaScript towards zero. */
function floorDivide(left: bigint, right: bigint): bigint {
  const quotient = left / right;
  return left % right !== 0n && left < 0n !== right < 0n ? quotient - 1n : quotient;
}

function power(base: bigint, exponent: bigint): Numeric {
  if (exponent < 0n)
    return base === 0n ? fail("0.0 cannot be raised to a negative power") : Number(base) ** Number(exponent);
  const bits = BigInt(base.toString(2).length);
  if (base > 1n || base < -1n) if (bits * exponent > maxBits) return fail("an int grows too large");
  return base ** exponent;
}

function bounded(value: bigint): bigint {
  return value > maxInt || value < -maxInt ? fail("an int grows too large") : value;
}

function calculateFloats(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    case "//":
      return Math.floor(left / right);
    case "%": {
      const rest = left % right;
      return rest !== 0 && rest < 0 !== right < 0 ? rest + right : rest;
    }
    case "**":
      return finitePower(left, right);
  }
}

function finitePower(base: number, exponent: number): number {
  const result = base ** exponent;
  const overflows = !Number.isFinite(result) && Number.isFinite(base) && Number.isFinite(exponent);
  return overflows ? fail("the result is too large for a float") : result;
}
