import { fail } from "./failure.ts";
import { Callable, Dict, Markup, Series, Tuple, Undefined, type Value } from "./values.ts";

/** Python's name of a value's type. */
export function typeName(value: Value): string {
  if (typeof value === "string") return "str";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "bigint") return "int";
  if (typeof value === "number") return "float";
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  if (value instanceof Tuple) return "tuple";
  if (value instanceof Dict) return "dict";
  if (value instanceof Markup) return "Markup";
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Series) return value.kind;
  return value instanceof Callable ? "builtin_function_or_method" : value.kind;
}

/** As Jinja's words name it in what it says of undefined values. */
export function describeType(value: Value): string {
  return value === null ? "None" : `${typeName(value)} object`;
}

export function isTrue(value: Value): boolean {
  if (typeof value === "string") return value !== "";
  if (typeof value === "boolean") return value;
  if (value === null || value instanceof Undefined) return false;
  if (typeof value === "bigint") return value !== 0n;
  if (typeof value === "number") return value !== 0;
  if (Array.isArray(value)) return value.length > 0;
  if (value instanceof Tuple) return value.items.length > 0;
  if (value instanceof Dict) return value.size > 0;
  if (value instanceof Markup) return value.text !== "";
  return !(value instanceof Series) || value.kind === "generator" || value.items.length > 0;
}

/** What a loop over it meets: a dict's keys, a text's characters, nothing for what is undefined. Throws where Python does. */
export function toItems(value: Value): readonly Value[] {
  const items = itemsOf(value);
  return items ?? fail(`'${typeName(value)}' object is not iterable`);
}

/** A key and its value. */
export function toPair(value: Value): [Value, Value] {
  const [key, item, ...rest] = toItems(value);
  if (key === undefined || item === undefined || rest.length > 0)
    return fail("a pair of key and value was expected");
  return [key, item];
}

/** As `toItems`; null: it cannot be looped over. */
export function itemsOf(value: Value): readonly Value[] | null {
  if (Array.isArray(value)) return value;
  if (typeof value === "string") return [...value];
  if (value instanceof Tuple) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof Series) return value.take();
  if (value instanceof Markup) return [...value.text];
  return value instanceof Undefined ? [] : null;
}

export function isIterable(value: Value): boolean {
  const isContainer = Array.isArray(value) || value instanceof Tuple || value instanceof Dict;
  if (isContainer || typeof value === "string" || value instanceof Markup) return true;
  return value instanceof Series || value instanceof Undefined;
}

/** Python's `len()`; null: it has none. */
export function lengthOf(value: Value): number | null {
  if (typeof value === "string") return countCharacters(value);
  if (value instanceof Markup) return countCharacters(value.text);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.size;
  if (value instanceof Undefined) return 0;
  return value instanceof Series && value.kind !== "generator" ? value.items.length : null;
}

/** Code points, as Python counts; JavaScript counts UTF-16 units. */
function countCharacters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length - 1; at++) {
    const isPair = (text.charCodeAt(at) & 0xfc00) === 0xd800 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (isPair) {
      count -= 1;
      at += 1;
    }
  }
  return count;
}
