declare global {
  // ECMAScript's "JSON.parse source text access", which TypeScript does not know yet.
  interface JSON {
    parse(
      text: string,
      reviver: (this: object, key: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    rawJSON(text: string): object;
  }
}

/** The most decimal digits that a normal double always tells apart; smaller ones have fewer. */
const mostDigits = 15;
const leastNormal = 2 ** -1022;

/**
 * `JSON.parse` for what is written again: a number that a double cannot hold, such as a 64-bit id, becomes an object that
 * `JSON.stringify` writes as it was. Throws as `JSON.parse`.
 */
export function parseExactly(text: string): unknown {
  return JSON.parse(text, (_key, value, { source }) =>
    typeof value === "number" && source !== undefined && !isExact(value, source)
      ? JSON.rawJSON(source)
      : value,
  );
}

/** A number as it was written, and the keys and indexes that lead to it. */
export type Rounded = [path: string[], text: string];

/** How the numbers that a double cannot hold were written, by key, for each object and list of a text that has some. */
const written = new WeakMap<object, Map<string, string>>();

/** `JSON.parse` that remembers how numbers were written which it rounds, for `stringifyExactly`. Throws as `JSON.parse`. */
export function parseRemembering(text: string): unknown {
  if (!/\d{16}/.test(text)) return JSON.parse(text);
  return JSON.parse(text, function (key, value, { source }) {
    if (typeof value === "number" && source !== undefined && !isExact(value, source)) {
      remember(this, key, source);
    }
    return value;
  });
}

function remember(holder: object, key: string, text: string): void {
  const known = written.get(holder) ?? new Map<string, string>();
  written.set(holder, known.set(key, text));
}

/** `JSON.stringify` that writes the numbers of what `parseRemembering` returned as they were. */
export function stringifyExactly(value: unknown): string {
  return JSON.stringify(value, function (this: object, key: string, item: unknown) {
    const text = written.get(this)?.get(key);
    return text === undefined ? item : JSON.rawJSON(text);
  });
}

/** What is remembered of a value and lost where it is cloned: `recall` gives it to the clone. */
export function listRounded(value: unknown): Rounded[] {
  const found: Rounded[] = [];
  const path: string[] = [];
  const visit = (item: unknown): void => {
    if (typeof item !== "object" || item === null) return;
    for (const [key, text] of written.get(item) ?? []) found.push([[...path, key], text]);
    for (const [key, inner] of Object.entries(item)) {
      path.push(key);
      visit(inner);
      path.pop();
    }
  };
  visit(value);
  return found;
}

export function recall(value: unknown, rounded: readonly Rounded[]): void {
  for (const [path, text] of rounded) {
    const holder = path.slice(0, -1).reduce(enter, value);
    const key = path.at(-1);
    if (typeof holder === "object" && holder !== null && key !== undefined) remember(holder, key, text);
  }
}

function enter(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** Whether the number, written again, is the one that stood there. */
function isExact(value: number, source: string): boolean {
  const [digits = ""] = source.replace(/[-.]/g, "").split(/e/i);
  const known = digits.replace(/^0+|0+$/g, "").length;
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  const isNormal = known === 0 || Math.abs(value) >= leastNormal;
  return (isNormal && known <= mostDigits) || String(value) === source;
}
