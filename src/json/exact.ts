declare global {
  // ECMAScript's "JSON.parse source text access", which TypeScript does not know yet.
  interface JSON {
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
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

/** Whether the number, written again, is the one that stood there. */
function isExact(value: number, source: string): boolean {
  const [digits = ""] = source.replace(/[-.]/g, "").split(/e/i);
  const known = digits.replace(/^0+|0+$/g, "").length;
  if (!Number.isFinite(value) || Object.is(value, -0)) return false;
  const isNormal = known === 0 || Math.abs(value) >= leastNormal;
  return (isNormal && known <= mostDigits) || String(value) === source;
}
