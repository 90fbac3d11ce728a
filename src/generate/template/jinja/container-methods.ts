import { isEqual } from "./compare.ts";
import { fail } from "./failure.ts";
import { bind } from "./runtime.ts";
import { type CallArguments, Dict, Series, Tuple, type Value, valueOr } from "./values.ts";

type DictMethod = (dict: Dict, args: CallArguments) => Value;

const dictMethods: Record<string, DictMethod> = {
  items: (dict, args) => {
    bind("items", [], args);
    return new Series(
      "dict_items",
      dict.entries().map((entry) => new Tuple(entry)),
    );
  },
  keys: (dict, args) => {
    bind("keys", [], args);
    return new Series("dict_keys", dict.keys());
  },
  values: (dict, args) => {
    bind("values", [], args);
    return new Series("dict_values", dict.values());
  },
  get: (dict, args) => {
    const [key, fallback] = bind("get", ["key", "default"], args);
    return key === undefined ? fail("get() needs a key") : valueOr(dict.get(key), () => fallback ?? null);
  },
  copy: (dict) => new Dict(dict.entries()),
};

type ListMethod = (items: readonly Value[], wanted: Value) => Value;

const listMethods: Record<string, ListMethod> = {
  count: (items, wanted) => BigInt(items.filter((item) => isEqual(item, wanted)).length),
  index: (items, wanted) => {
    const at = items.findIndex((item) => isEqual(item, wanted));
    return at === -1 ? fail("the value is not in the list") : BigInt(at);
  },
};

/** What the sandbox of transformers forbids, as it changes a value. */
const changing: Record<string, ReadonlySet<string>> = {
  dict: new Set(["clear", "pop", "popitem", "setdefault", "update"]),
  list: new Set(["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]),
};

export function isChanging(type: string, name: string): boolean {
  return changing[type]?.has(name) ?? false;
}

/** The method of a dict; null: it has none of this name. */
export function dictMethod(dict: Dict, name: string): ((args: CallArguments) => Value) | null {
  const method = Object.hasOwn(dictMethods, name) ? dictMethods[name] : undefined;
  return method ? (args) => method(dict, args) : null;
}

/** The method of a list or tuple. */
export function listMethod(
  list: readonly Value[],
  name: string,
  isTuple: boolean,
): ((args: CallArguments) => Value) | null {
  if (name === "copy" && !isTuple) return () => [...list];
  const method = Object.hasOwn(listMethods, name) ? listMethods[name] : undefined;
  if (!method) return null;
  return (args) => {
    const [wanted] = bind(name, ["value"], args);
    return wanted === undefined ? fail(`${name}() needs a value`) : method(list, wanted);
  };
}
