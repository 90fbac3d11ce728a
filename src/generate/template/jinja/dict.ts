import { fail } from "./failure.ts";
import { Tuple, textOf, type Value } from "./values.ts";

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
export function toHash(key: Value): unknown {
  const text = textOf(key);
  if (text !== null) return text;
  if (typeof key === "boolean") return key ? 1n : 0n;
  if (typeof key === "number") return Number.isInteger(key) ? BigInt(key) : key;
  // A NUL keeps it apart from texts.
  if (key instanceof Tuple) return `\0${key.items.map((item) => hashText(item)).join("\0")}`;
  if (Array.isArray(key)) return fail("unhashable type: 'list'");
  if (key instanceof Dict) return fail("unhashable type: 'dict'");
  return key;
}

function hashText(item: Value): string {
  const hash = toHash(item);
  return `${typeof hash}:${String(hash)}`;
}
