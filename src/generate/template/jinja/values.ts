import { fail } from "./failure.ts";

/** A value as Python has it: `bigint` is int, `number` float, an array a list. */
export type Value =
  | string
  | boolean
  | null
  | bigint
  | number
  | Markup
  | Undefined
  | Value[]
  | Tuple
  | Dict
  | Series
  | Callable
  | Thing;

export interface CallArguments {
  positional: Value[];
  named: Map<string, Value>;
}

/** What Jinja makes of a name or attribute that is not there: it prints nothing, and fails where it is used. */
export class Undefined {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }

  fail(): never {
    return fail(this.reason);
  }
}

/** Text that is HTML already: what joins it by an operator is escaped, as in markupsafe. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export class Tuple {
  readonly items: readonly Value[];
  /** Of a named tuple: what its items are called. */
  readonly names: readonly string[];

  constructor(items: readonly Value[], names: readonly string[] = []) {
    this.items = items;
    this.names = names;
  }
}

/** What is looped over but is no list: `range`, the views of a dict, and what `map` and the like give, which is read once. */
export class Series {
  readonly kind: "range" | "dict_items" | "dict_keys" | "dict_values" | "generator";
  readonly items: readonly Value[];
  /** As it is printed. */
  readonly label: string;
  #taken = false;

  constructor(kind: Series["kind"], items: readonly Value[], label: string = kind) {
    this.kind = kind;
    this.items = items;
    this.label = label;
  }

  /** Nothing for a generator that was read before. */
  take(): readonly Value[] {
    if (this.kind !== "generator") return this.items;
    const items = this.#taken ? [] : this.items;
    this.#taken = true;
    return items;
  }
}

export class Callable {
  readonly name: string;
  readonly call: (args: CallArguments) => Value;

  constructor(name: string, call: (args: CallArguments) => Value) {
    this.name = name;
    this.call = call;
  }
}

/** An object of Jinja's own: a namespace, `loop`, a macro, a cycler, a joiner. */
export class Thing {
  readonly kind: string;
  readonly attributes: Map<string, Value>;
  /** Read when they are asked for. */
  readonly computed: Map<string, () => Value>;
  readonly call: ((args: CallArguments) => Value) | null;

  constructor(
    kind: string,
    attributes: Map<string, Value>,
    computed = new Map<string, () => Value>(),
    call: Thing["call"] = null,
  ) {
    this.kind = kind;
    this.attributes = attributes;
    this.computed = computed;
    this.call = call;
  }
}

export function generator(items: readonly Value[]): Series {
  return new Series("generator", items, "<generator object>");
}

/** The value if there is one: None is one, and `??` would take it for none. */
export function valueOr(value: Value | undefined, other: () => Value): Value {
  return value === undefined ? other() : value;
}

/** The text of a str, marked as HTML or not; null: it is none. */
export function textOf(value: Value): string | null {
  if (typeof value === "string") return value;
  return value instanceof Markup ? value.text : null;
}

/** Python's dict: keys keep their order and type, and `1`, `1.0` and `True` are the same key. */
export class Dict {
  readonly #entries = new Map<unknown, [key: Value, value: Value]>();

  constructor(entries: Iterable<readonly [Value, Value]> = []) {
    for (const [key, value] of entries) this.set(key, value);
  }

  get size(): number {
    return this.#entries.size;
  }

  has(key: Value): boolean {
    return this.#entries.has(toHash(key));
  }

  get(key: Value): Value | undefined {
    return this.#entries.get(toHash(key))?.[1];
  }

  set(key: Value, value: Value): void {
    const hash = toHash(key);
    const known = this.#entries.get(hash);
    if (known) known[1] = value;
    else this.#entries.set(hash, [key, value]);
  }

  entries(): readonly (readonly [Value, Value])[] {
    return [...this.#entries.values()];
  }

  keys(): Value[] {
    return [...this.#entries.values()].map(([key]) => key);
  }

  values(): Value[] {
    return [...this.#entries.values()].map(([, value]) => value);
  }
}

/** What stands for all keys that are equal in Python. Throws for what cannot be a key. */
function toHash(key: Value): unknown {
  const text = textOf(key);
  if (text !== null) return text;
  if (typeof key === "boolean") return key ? 1n : 0n;
  if (typeof key === "number") return Number.isInteger(key) ? BigInt(key) : key;
  // A NUL keeps it apart from texts.
  if (key instanceof Tuple) return `\0${key.items.map((item) => hashText(item)).join("\0")}`;
  if (Array.isArray(key)) return fail("unhashable type: 'list'");
  if (key instanceof Dict) return fail("unhashable type: 'dict'");
  if (key instanceof Undefined) return Undefined;
  return key;
}

function hashText(item: Value): string {
  const hash = toHash(item);
  return `${typeof hash}:${String(hash)}`;
}
