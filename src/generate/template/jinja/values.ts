import type { Dict } from "./dict.ts";
import { UndefinedFailure } from "./failure.ts";

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
    throw new UndefinedFailure(this.reason);
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
