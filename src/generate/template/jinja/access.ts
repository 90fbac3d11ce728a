import type { Budget } from "./budget.ts";
import { dictMethod, isChanging, listMethod } from "./container-methods.ts";
import { fail } from "./failure.ts";
import { describeType, typeName } from "./python-types.ts";
import { toRepr } from "./repr.ts";
import type { Runtime } from "./runtime.ts";
import { callTextMethod, hasTextMethod } from "./text-methods.ts";
import {
  Callable,
  Dict,
  Markup,
  Series,
  Thing,
  Tuple,
  textOf,
  Undefined,
  type Value,
  valueOr,
} from "./values.ts";

/** `value.name`: a method or attribute, else the key of a dict; undefined is what has neither. */
export function readAttribute(value: Value, name: string, runtime: Runtime): Value {
  if (value instanceof Undefined) return value.fail();
  const member = findMember(value, name, runtime);
  if (member !== undefined) return member;
  return valueOr(lookUp(value, name), () => missing(value, name));
}

/** `value[key]`: an item, else the method or attribute of that name. */
export function readItem(value: Value, key: Value, runtime: Runtime): Value {
  if (value instanceof Undefined) return value.fail();
  if (typeof value === "string") runtime.budget.text(value.length);
  const item = lookUp(value, key);
  if (item !== undefined) return item;
  const name = textOf(key);
  const member = name === null ? undefined : findMember(value, name, runtime);
  return valueOr(member, () => missing(value, key));
}

/** A name that the value's type has, undefined where it has none. */
function findMember(value: Value, name: string, runtime: Runtime): Value | undefined {
  if (value instanceof Tuple && value.names.includes(name)) return value.items[value.names.indexOf(name)];
  if (value instanceof Thing)
    return value.attributes.has(name) ? value.attributes.get(name) : value.computed.get(name)?.();
  if (isUnsafe(value, name))
    return new Undefined(`access to attribute '${name}' of '${typeName(value)}' object is unsafe.`);
  const call = findMethod(value, name, runtime);
  return call ? new Callable(name, call) : undefined;
}

/** Python's own names, which its sandbox hides, and methods that change a value. */
function isUnsafe(value: Value, name: string): boolean {
  if (isChanging(typeName(value), name)) return true;
  return /^__(class|init|dict|doc|getattribute|subclasshook|reduce|reduce_ex|module)__$/.test(name);
}

function findMethod(value: Value, name: string, runtime: Runtime): Callable["call"] | null {
  const { budget } = runtime;
  if (typeof value === "string" || value instanceof Markup)
    return hasTextMethod(name) ? (args) => callTextMethod(name, value, args, runtime) : null;
  if (value instanceof Dict)
    return charged(dictMethod(value, name), () => budget.items(name === "get" ? 0 : value.size));
  if (Array.isArray(value)) return charged(listMethod(value, name, false), () => budget.value(value));
  if (value instanceof Series && value.kind === "range") return listMethod(value.items, name, true);
  if (value instanceof Tuple) return charged(listMethod(value.items, name, true), () => budget.value(value));
  if (typeof value === "number" && name === "is_integer") return () => Number.isInteger(value);
  return null;
}

function charged(call: Callable["call"] | null, charge: () => void): Callable["call"] | null {
  if (!call) return null;
  return (args) => {
    charge();
    return call(args);
  };
}

function missing(value: Value, key: Value): Undefined {
  const name = textOf(key);
  return new Undefined(
    name === null
      ? `${describeType(value)} has no element ${toRepr(key)}`
      : `'${describeType(value)}' has no attribute '${name}'`,
  );
}

function lookUp(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return isHashable(key) ? value.get(key) : undefined;
  const at = typeof key === "bigint" ? Number(key) : typeof key === "boolean" ? Number(key) : null;
  if (at === null) return undefined;
  if (typeof value === "string" || value instanceof Markup) return characterAt(value, at);
  return sequenceOf(value)?.at(at);
}

function isHashable(key: Value): boolean {
  return !(Array.isArray(key) || key instanceof Dict);
}

function characterAt(value: string | Markup, at: number): Value | undefined {
  const text = textOf(value) ?? "";
  const char = [...text].at(at);
  return char !== undefined && value instanceof Markup ? new Markup(char) : char;
}

/** Items that can be counted through; null: it has none. */
function sequenceOf(value: Value): readonly Value[] | null {
  if (Array.isArray(value)) return value;
  if (value instanceof Tuple) return value.items;
  return value instanceof Series && value.kind === "range" ? value.items : null;
}

type Bounds = [start: Value, stop: Value, step: Value];

/** `value[start:stop:step]`. */
export function readSlice(value: Value, bounds: Bounds, budget: Budget): Value {
  if (value instanceof Undefined) return value.fail();
  const text = textOf(value);
  if (text !== null) budget.text(text.length);
  const items = text === null ? sequenceOf(value) : [...text];
  if (!items) return fail(`'${typeName(value)}' object is not subscriptable`);
  const places = slicePlaces(items.length, bounds, budget);
  if (text !== null) {
    const cut = places.map((at) => items[at]).join("");
    return value instanceof Markup ? new Markup(cut) : cut;
  }
  const picked = places.flatMap((at) => {
    const item = items[at];
    return item === undefined ? [] : [item];
  });
  if (value instanceof Tuple) return new Tuple(picked);
  return value instanceof Series ? new Series("range", picked, value.label) : picked;
}

/** Which items a slice takes, as Python counts. */
function slicePlaces(length: number, bounds: Bounds, budget: Budget): number[] {
  if (!bounds.every((bound) => bound === null || typeof bound === "bigint" || typeof bound === "boolean"))
    return fail("slice indices must be integers or None");
  const [start = null, stop = null, by] = bounds.map((bound) => (bound === null ? null : Number(bound)));
  const step = by ?? 1;
  if (step === 0) return fail("slice step cannot be zero");
  const [low, high] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (at: number): number => Math.min(high, Math.max(low, at < 0 ? at + length : at));
  const first = start === null ? (step > 0 ? low : high) : clamp(start);
  const end = stop === null ? (step > 0 ? high : low) : clamp(stop);
  budget.items(Math.abs((end - first) / step));
  const places: number[] = [];
  for (let at = first; step > 0 ? at < end : at > end; at += step) places.push(at);
  return places;
}
