import { renderTime } from "../strftime.ts";
import { fail } from "./failure.ts";
import { toItems, toPair, typeName } from "./python-types.ts";
import { toText } from "./repr.ts";
import { needInt, needText } from "./runtime.ts";
import {
  type CallArguments,
  Callable,
  Dict,
  Series,
  Thing,
  textOf,
  Undefined,
  type Value,
  valueOr,
} from "./values.ts";

/** As the sandbox of Jinja has it. */
const maxRange = 100_000;

/** The functions that every template of transformers has. `now`: the time of `strftime_now`, in local time. */
export function createGlobals(now: Date): Map<string, Value> {
  const functions: Record<string, Callable["call"]> = {
    range,
    dict: (args) => new Dict(toEntries(args)),
    namespace: (args) => new Thing("namespace", toAttributes(args)),
    cycler: ({ positional }) => createCycler(positional),
    joiner: ({ positional }) => createJoiner(valueOr(positional[0], () => ", ")),
    raise_exception: ({ positional, named }) =>
      fail(toText(valueOr(positional[0], () => named.get("message") ?? ""))),
    strftime_now: ({ positional, named }) =>
      renderTime(needText(positional[0] ?? named.get("format"), "strftime_now"), now),
  };
  return new Map(Object.entries(functions).map(([name, call]) => [name, new Callable(name, call)]));
}

function range({ positional, named }: CallArguments): Series {
  if (named.size > 0 || positional.length === 0 || positional.length > 3)
    return fail("range() takes one to three ints");
  const [first = 0, second, by = 1] = positional.map((value) => needInt(value, "range()", 0));
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  if (by === 0) return fail("range() arg 3 must not be zero");
  const length = Math.max(0, Math.ceil((stop - start) / by));
  if (length > maxRange)
    return fail(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${maxRange}).`);
  const items = Array.from({ length }, (_, index) => BigInt(start + index * by));
  return new Series("range", items, `range(${start}, ${stop}${by === 1 ? "" : `, ${by}`})`);
}

function toEntries({ positional: [given], named }: CallArguments): [Value, Value][] {
  if (given instanceof Undefined) return [...named];
  if (given === undefined) return [...named];
  const pairs = given instanceof Dict ? given.entries() : toItems(given).map(toPair);
  return [...pairs.map(([key, value]): [Value, Value] => [key, value]), ...named];
}

function toAttributes(args: CallArguments): Map<string, Value> {
  const entries = toEntries(args).map(([key, value]): [string, Value] => [
    textOf(key) ?? fail(`a name must be a text, not ${typeName(key)}`),
    value,
  ]);
  return new Map(entries);
}

function createCycler(items: readonly Value[]): Thing {
  if (items.length === 0) return fail("at least one item has to be provided");
  let at = 0;
  const current = (): Value => items[at] ?? null;
  const next = new Callable("next", () => {
    const value = current();
    at = (at + 1) % items.length;
    return value;
  });
  const reset = new Callable("reset", () => {
    at = 0;
    return null;
  });
  const attributes = new Map<string, Value>([
    ["next", next],
    ["reset", reset],
  ]);
  return new Thing("Cycler", attributes, new Map([["current", current]]));
}

function createJoiner(separator: Value): Thing {
  let isUsed = false;
  return new Thing("Joiner", new Map(), new Map(), () => {
    const value = isUsed ? separator : "";
    isUsed = true;
    return value;
  });
}
