import { Dict, Series, Tuple, textOf, type Value } from "./values.ts";

/** Characters of a text that weigh as much as one value. */
const charactersInValue = 32;
const known = new WeakMap<object, number>();

/**
 * How many values there are to go through where one is printed or compared: what holds a list twice weighs twice as much, so a
 * few lists within one another may weigh more than any computer can go through. Counted once for each list or dict.
 */
export function weightOf(value: Value): number {
  const text = textOf(value);
  if (text !== null) return 1 + text.length / charactersInValue;
  const items = heldBy(value);
  if (items === null || typeof value !== "object" || value === null) return 1;
  const before = known.get(value);
  if (before !== undefined) return before;
  const weight = items().reduce<number>((sum, item) => sum + weightOf(item), 1);
  known.set(value, weight);
  return weight;
}

function heldBy(value: Value): (() => readonly Value[]) | null {
  if (Array.isArray(value)) return () => value;
  if (value instanceof Tuple || value instanceof Series) return () => value.items;
  return value instanceof Dict ? () => [...value.keys(), ...value.values()] : null;
}
