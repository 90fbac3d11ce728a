import { isEqual } from "./compare.ts";
import { fail } from "./failure.ts";
import { type CallArguments, Callable, Thing, Tuple, Undefined, type Value, valueOr } from "./values.ts";

export interface Loop {
  /** What a template knows as `loop`. */
  thing: Thing;
  /** Goes on to the item of this index. */
  moveTo(index: number): void;
}

/** `again`: what a recursive loop does with the items that it is called with; null: it is none. */
export function createLoop(
  items: readonly Value[],
  depth: number,
  again: ((args: CallArguments) => Value) | null,
): Loop {
  let at = 0;
  let last: Value | undefined;
  const int = (read: () => number) => (): Value => BigInt(read());
  const computed = new Map<string, () => Value>([
    ["index", int(() => at + 1)],
    ["index0", int(() => at)],
    ["revindex", int(() => items.length - at)],
    ["revindex0", int(() => items.length - at - 1)],
    ["length", int(() => items.length)],
    ["depth", int(() => depth)],
    ["depth0", int(() => depth - 1)],
    ["first", () => at === 0],
    ["last", () => at === items.length - 1],
    ["previtem", () => valueOr(items[at - 1], () => new Undefined("there is no previous item"))],
    ["nextitem", () => valueOr(items[at + 1], () => new Undefined("there is no next item"))],
  ]);
  const cycle = new Callable("cycle", ({ positional }) =>
    positional.length === 0
      ? fail("no items for cycling given")
      : (positional[at % positional.length] ?? null),
  );
  const changed = new Callable("changed", ({ positional }) => {
    const value = new Tuple(positional);
    const isSame = last !== undefined && isEqual(last, value);
    last = value;
    return !isSame;
  });
  const attributes = new Map<string, Value>([
    ["cycle", cycle],
    ["changed", changed],
  ]);
  const call = again ?? (() => fail("The loop must have the 'recursive' marker to be called recursively."));
  return {
    thing: new Thing("LoopContext", attributes, computed, call),
    moveTo(index) {
      at = index;
    },
  };
}
