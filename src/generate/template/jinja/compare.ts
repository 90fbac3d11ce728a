import { fail } from "./failure.ts";
import { itemsOf, typeName } from "./python-types.ts";
import { Dict, Series, Tuple, textOf, Undefined, type Value } from "./values.ts";

/** Python's `==`. */
export function isEqual(left: Value, right: Value): boolean {
  if (left === right) return true;
  const numbers = toNumbers(left, right);
  // Compares an int with a float by value, which `===` does not.
  if (numbers) return numbers[0] >= numbers[1] && numbers[0] <= numbers[1];
  const text = textOf(left);
  if (text !== null) return text === textOf(right);
  if (left instanceof Undefined) return right instanceof Undefined;
  if (Array.isArray(left)) return Array.isArray(right) && areEqual(left, right);
  if (left instanceof Tuple) return right instanceof Tuple && areEqual(left.items, right.items);
  if (left instanceof Series)
    return (
      left.kind === "range" &&
      right instanceof Series &&
      right.kind === "range" &&
      areEqual(left.items, right.items)
    );
  return left instanceof Dict && right instanceof Dict && areDictsEqual(left, right);
}

function areEqual(left: readonly Value[], right: readonly Value[]): boolean {
  return left.length === right.length && left.every((item, index) => isEqual(item, right[index] ?? null));
}

function areDictsEqual(left: Dict, right: Dict): boolean {
  if (left.size !== right.size) return false;
  return left.entries().every(([key, value]) => {
    const other = right.get(key);
    return other !== undefined && isEqual(value, other);
  });
}

/** Both as numbers, a bool as 0 or 1; null: one is none. */
export function toNumbers(left: Value, right: Value): [bigint | number, bigint | number] | null {
  const first = toNumber(left);
  const second = toNumber(right);
  return first === null || second === null ? null : [first, second];
}

export function toNumber(value: Value): bigint | number | null {
  if (typeof value === "bigint" || typeof value === "number") return value;
  return typeof value === "boolean" ? BigInt(value) : null;
}

/** Python's `<`. Throws for values that have no order. */
export function isLess(left: Value, right: Value, operator = "<"): boolean {
  const numbers = toNumbers(left, right);
  if (numbers) return numbers[0] < numbers[1];
  const [first, second] = [textOf(left), textOf(right)];
  if (first !== null && second !== null) return compareTexts(first, second) < 0;
  if (Array.isArray(left) && Array.isArray(right)) return isListLess(left, right, operator);
  if (left instanceof Tuple && right instanceof Tuple) return isListLess(left.items, right.items, operator);
  if (left instanceof Undefined) return left.fail();
  if (right instanceof Undefined) return right.fail();
  return fail(
    `'${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
  );
}

function isListLess(left: readonly Value[], right: readonly Value[], operator: string): boolean {
  for (const [index, item] of left.entries()) {
    const other = right[index];
    if (other === undefined) return false;
    if (!isEqual(item, other)) return isLess(item, other, operator);
  }
  return left.length < right.length;
}

/** By code points: UTF-16 units put what lies beyond U+FFFF before what ends the first plane. */
export function compareTexts(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const [first, second] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (first === second) continue;
    const isPair = (unit: number): boolean => (unit & 0xf800) === 0xd800;
    if (isPair(first) !== isPair(second)) return isPair(first) ? 1 : -1;
    return first - second;
  }
  return left.length - right.length;
}

/** Python's `in`. */
export function isIn(item: Value, container: Value): boolean {
  const text = textOf(container);
  if (text !== null) {
    const part = textOf(item);
    if (item instanceof Undefined) return item.fail();
    if (part === null) return fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    return text.includes(part);
  }
  if (container instanceof Dict) return container.has(item);
  const items = itemsOf(container);
  if (!items) return fail(`argument of type '${typeName(container)}' is not iterable`);
  return items.some((other) => isEqual(other, item));
}
