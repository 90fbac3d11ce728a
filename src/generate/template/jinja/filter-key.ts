import { fail } from "./failure.ts";
import type { Runtime } from "./runtime.ts";
import { Markup, textOf, Undefined, type Value } from "./values.ts";

export type Key = (item: Value) => Value;

/** Reads `name`, also a path as in `home.city` or an index; undefined: the item itself. */
export function attributeKey(name: Value | undefined, runtime: Runtime, fallback?: Value): Key {
  if (name === undefined || name === null) return (item) => item;
  const parts = toParts(name);
  return (item) => {
    const value = parts.reduce<Value>((owner, part) => {
      runtime.budget.step();
      const next = runtime.item(owner, part);
      return next instanceof Undefined && fallback !== undefined ? fallback : next;
    }, item);
    return value;
  };
}

function toParts(name: Value): Value[] {
  if (typeof name === "bigint") return [name];
  const text = textOf(name) ?? fail("an attribute's name must be a text or an int");
  return text.split(".").map((part) => (/^\d+$/.test(part) ? BigInt(part) : part));
}

/** The same, without the case of texts unless that matters. */
export function keyOf(name: Value | undefined, isSensitive: boolean, runtime: Runtime): Key {
  const read = attributeKey(name, runtime);
  return isSensitive ? read : (item) => ignoreCase(read(item));
}

export function ignoreCase(value: Value): Value {
  const text = textOf(value);
  if (text === null) return value;
  return value instanceof Markup ? new Markup(text.toLowerCase()) : text.toLowerCase();
}
