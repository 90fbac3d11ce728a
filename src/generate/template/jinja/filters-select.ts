import { fail } from "./failure.ts";
import type { Filter, Filters } from "./filter.ts";
import { attributeKey, type Key } from "./filter-key.ts";
import { isTrue, toItems } from "./python-types.ts";
import { needText, type Runtime } from "./runtime.ts";
import { type CallArguments, generator, type Value } from "./values.ts";

const picking = (wanted: boolean, byAttribute: boolean): Filter => ({
  runAll: (value, args, runtime) => pick(value, args, runtime, wanted, byAttribute),
});

export const selectFilters: Filters = {
  map: { runAll: map },
  select: picking(true, false),
  reject: picking(false, false),
  selectattr: picking(true, true),
  rejectattr: picking(false, true),
};

function map(value: Value, args: CallArguments, runtime: Runtime): Value {
  // Nothing to map is no failure, whatever the arguments are.
  if (!isTrue(value)) return generator([]);
  const change = toChange(args, runtime);
  return generator(
    toItems(value).map((item) => {
      runtime.budget.step();
      return change(item);
    }),
  );
}

function toChange({ positional, named }: CallArguments, runtime: Runtime): Key {
  const [name, ...rest] = positional;
  if (name !== undefined) {
    const filter = needText(name, "map");
    return (item) => runtime.filter(filter, item, { positional: rest, named });
  }
  const attribute = named.get("attribute");
  if (attribute === undefined) return fail("map requires a filter argument");
  const extra = [...named.keys()].find((key) => key !== "attribute" && key !== "default");
  if (extra !== undefined) return fail(`Unexpected keyword argument '${extra}'`);
  return attributeKey(attribute, runtime, named.get("default"));
}

function pick(
  value: Value,
  { positional, named }: CallArguments,
  runtime: Runtime,
  wanted: boolean,
  byAttribute: boolean,
): Value {
  if (!isTrue(value)) return generator([]);
  const rest = byAttribute ? positional.slice(1) : positional;
  const read = byAttribute ? attributeKey(positional[0] ?? missing(), runtime) : (item: Value) => item;
  const [test, ...args] = rest;
  const check = (item: Value): boolean =>
    test === undefined
      ? isTrue(read(item))
      : runtime.test(needText(test, "a test's name"), read(item), { positional: args, named });
  return generator(
    toItems(value).filter((item) => {
      runtime.budget.step();
      return check(item) === wanted;
    }),
  );
}

function missing(): never {
  return fail("Missing parameter for attribute name");
}
