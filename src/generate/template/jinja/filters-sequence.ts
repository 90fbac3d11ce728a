import { calculate } from "./arithmetic.ts";
import { isEqual, isLess } from "./compare.ts";
import { fail } from "./failure.ts";
import type { Filters } from "./filter.ts";
import { attributeKey, ignoreCase, type Key, keyOf } from "./filter-key.ts";
import { isTrue, itemsOf, lengthOf, toItems, typeName } from "./python-types.ts";
import { toText } from "./repr.ts";
import { type Given, needInt, needText, type Runtime } from "./runtime.ts";
import { Dict, generator, Markup, Series, Tuple, textOf, Undefined, type Value, valueOr } from "./values.ts";
import { weightOf } from "./weight.ts";

const length = (value: Value): Value => {
  const count = lengthOf(value);
  return count === null ? fail(`object of type '${typeName(value)}' has no len()`) : BigInt(count);
};

export const sequenceFilters: Filters = {
  length: { parameters: [], run: length },
  count: { parameters: [], run: length },
  first: { parameters: [], run: first },
  last: { parameters: [], run: last },
  list: { parameters: [], run: (value, _, { budget }) => counted(toItems(value), budget) },
  items: { parameters: [], run: items },
  reverse: { parameters: [], run: reverse },
  join: { parameters: ["d", "attribute"], run: join },
  sort: { parameters: ["reverse", "case_sensitive", "attribute"], run: sort },
  dictsort: { parameters: ["case_sensitive", "by", "reverse"], run: dictSort },
  min: {
    parameters: ["case_sensitive", "attribute"],
    run: (value, given, runtime) => extreme(value, given, runtime, "min"),
  },
  max: {
    parameters: ["case_sensitive", "attribute"],
    run: (value, given, runtime) => extreme(value, given, runtime, "max"),
  },
  sum: { parameters: ["attribute", "start"], run: sum },
  unique: { parameters: ["case_sensitive", "attribute"], run: unique },
  groupby: { parameters: ["attribute", "default", "case_sensitive"], run: groupBy },
  batch: { parameters: ["linecount", "fill_with"], run: batch },
  slice: { parameters: ["slices", "fill_with"], run: slice },
  default: { parameters: ["default_value", "boolean"], run: fallBack },
  d: { parameters: ["default_value", "boolean"], run: fallBack },
  attr: {
    parameters: ["name"],
    run: (value, [name], runtime) => attribute(value, needText(name, "attr"), runtime),
  },
};

function counted(items: readonly Value[], budget: Runtime["budget"]): Value[] {
  budget.items(items.length);
  return [...items];
}

function fallBack(value: Value, [other, whenFalse]: Given): Value {
  const isMissing = value instanceof Undefined || (isTrue(whenFalse ?? false) && !isTrue(value));
  return isMissing ? valueOr(other, () => "") : value;
}

/** Only what is an attribute: never the key of a dict. */
function attribute(value: Value, name: string, runtime: Runtime): Value {
  if (!(value instanceof Dict)) return runtime.attribute(value, name);
  const found = runtime.attribute(new Dict(), name);
  return found instanceof Undefined ? found : runtime.attribute(value, name);
}

function last(value: Value): Value {
  if (value instanceof Series && value.kind === "generator")
    return fail("'generator' object is not reversible");
  return valueOr(toItems(value).at(-1), () => new Undefined("No last item, sequence was empty."));
}

function first(value: Value): Value {
  return valueOr(toItems(value)[0], () => new Undefined("No first item, sequence was empty."));
}

function items(value: Value, _: Given, { budget }: Runtime): Value {
  if (value instanceof Undefined) return generator([]);
  if (!(value instanceof Dict)) return fail("Can only get item pairs from a mapping.");
  budget.items(value.size);
  return generator(value.entries().map((entry) => new Tuple(entry)));
}

function reverse(value: Value, _: Given, { budget }: Runtime): Value {
  const text = textOf(value);
  if (text !== null) {
    budget.text(text.length);
    const turned = [...text].reverse().join("");
    return value instanceof Markup ? new Markup(turned) : turned;
  }
  const all = itemsOf(value);
  if (!all) return fail("argument must be iterable");
  return generator(counted(all, budget).reverse());
}

function join(value: Value, [separator, name]: Given, runtime: Runtime): Value {
  const key = attributeKey(name, runtime);
  const texts = toItems(value).map((item) => toText(key(item)));
  const between = separator === undefined ? "" : toText(separator);
  runtime.budget.text(texts.reduce((sum, text) => sum + text.length + between.length, 0));
  return texts.join(between);
}

function sort(value: Value, [reversed, sensitive, name]: Given, runtime: Runtime): Value {
  const names = name === undefined || name === null ? [undefined] : splitNames(name);
  const keys = names.map((part) => keyOf(part, isTrue(sensitive ?? false), runtime));
  // A list also for one name: lists of values that have no order are sorted where the values are equal.
  const key: Key = (item) => keys.map((part) => part(item));
  return sorted(toItems(value), key, isTrue(reversed ?? false), runtime.budget);
}

function splitNames(name: Value): Value[] {
  const text = textOf(name);
  return text === null ? [name] : text.split(",");
}

/** In order, equal ones as they came, also where it is reversed. */
function sorted(values: readonly Value[], key: Key, reversed: boolean, budget: Runtime["budget"]): Value[] {
  budget.step(
    (values.reduce<number>((sum, value) => sum + weightOf(value), 1) * Math.log2(values.length + 2)) / 4,
  );
  const keyed = values.map((value) => ({ value, key: key(value) }));
  const order = keyed.sort((left, right) => {
    const [low, high] = reversed ? [right, left] : [left, right];
    return isLess(low.key, high.key) ? -1 : isLess(high.key, low.key) ? 1 : 0;
  });
  return order.map(({ value }) => value);
}

function dictSort(value: Value, [sensitive, by, reversed]: Given, { budget }: Runtime): Value {
  if (value instanceof Undefined) return value.fail();
  if (!(value instanceof Dict)) return fail(`dictsort needs a mapping, not ${typeName(value)}`);
  const sortBy = by ?? "key";
  if (sortBy !== "key" && sortBy !== "value") return fail('You can only sort by either "key" or "value"');
  const key: Key = (pair) => {
    const part = pair instanceof Tuple ? (pair.items[sortBy === "key" ? 0 : 1] ?? null) : pair;
    return isTrue(sensitive ?? false) ? part : ignoreCase(part);
  };
  const pairs = value.entries().map((entry) => new Tuple(entry));
  return sorted(pairs, key, isTrue(reversed ?? false), budget);
}

function extreme(value: Value, [sensitive, name]: Given, runtime: Runtime, which: "min" | "max"): Value {
  const key = keyOf(name, isTrue(sensitive ?? false), runtime);
  const [first, ...others] = toItems(value);
  if (first === undefined) return new Undefined("No aggregated item, sequence was empty.");
  let best = first;
  for (const item of others) {
    const isBetter = which === "min" ? isLess(key(item), key(best)) : isLess(key(best), key(item), ">");
    if (isBetter) best = item;
  }
  return best;
}

function sum(value: Value, [name, start]: Given, runtime: Runtime): Value {
  const key = attributeKey(name, runtime);
  return toItems(value).reduce<Value>(
    (total, item) => calculate("+", total, key(item), runtime.budget),
    start ?? 0n,
  );
}

function unique(value: Value, [sensitive, name]: Given, runtime: Runtime): Value {
  const key = keyOf(name, isTrue(sensitive ?? false), runtime);
  const seen = new Dict();
  const kept = toItems(value).filter((item) => {
    const own = key(item);
    if (seen.has(own)) return false;
    seen.set(own, true);
    return true;
  });
  return generator(kept);
}

function groupBy(value: Value, [name, fallback, sensitive]: Given, runtime: Runtime): Value {
  const isSensitive = isTrue(sensitive ?? false);
  const read = attributeKey(name ?? fail("groupby needs an attribute"), runtime, fallback ?? undefined);
  const key: Key = (item) => (isSensitive ? read(item) : ignoreCase(read(item)));
  const groups: { key: Value; shown: Value; items: Value[] }[] = [];
  for (const item of sorted(toItems(value), key, false, runtime.budget)) {
    const own = key(item);
    const group = groups.at(-1);
    if (group && isEqual(group.key, own)) group.items.push(item);
    else groups.push({ key: own, shown: read(item), items: [item] });
  }
  return groups.map(({ shown, items: members }) => new Tuple([shown, members], ["grouper", "list"]));
}

function batch(value: Value, [size, fill]: Given, { budget }: Runtime): Value {
  const count = needInt(size, "batch", 0);
  budget.items(count + (lengthOf(value) ?? 0));
  const rows: Value[][] = [];
  for (const item of toItems(value)) {
    const row = rows.at(-1);
    if (row && row.length < count) row.push(item);
    else rows.push([item]);
  }
  const end = rows.at(-1);
  if (end && fill !== undefined && fill !== null) while (end.length < count) end.push(fill);
  return generator(rows);
}

function slice(value: Value, [slices, fill]: Given, { budget }: Runtime): Value {
  const count = needInt(slices, "slice", 0);
  if (count < 1) return fail("division by zero");
  const all = toItems(value);
  budget.items(count + all.length);
  const size = Math.floor(all.length / count);
  const longer = all.length % count;
  const rows = Array.from({ length: count }, (_, index) => {
    const start = index * size + Math.min(index, longer);
    const row = all.slice(start, start + size + (index < longer ? 1 : 0));
    return fill !== undefined && fill !== null && index >= longer ? [...row, fill] : row;
  });
  return generator(rows);
}
