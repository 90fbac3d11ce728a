declare global {
  interface JSON {
    /** ES2025, which Bun has and TypeScript's library lacks. */
    rawJSON(text: string): unknown;
  }
}

/**
 * A number of JSON that JavaScript cannot hold as it is written: an int beyond 2^53, or a float without a fraction such as
 * `2.0`, which a template prints otherwise than `2`. JSON.stringify writes it with the same text.
 */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.rawJSON(this.text);
  }
}

/** `JSON.parse` that keeps the text of numbers where that is lost otherwise. Throws SyntaxError. */
export function parseJsonLossless(text: string): unknown {
  return JSON.parse(text, (_key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    return typeof value === "number" && source !== undefined ? keepNumber(value, source) : value;
  });
}

function keepNumber(value: number, source: string): unknown {
  const isFloat = /[.eE]/.test(source);
  const isKept = isFloat
    ? !Number.isInteger(value) && Number.isFinite(value)
    : Number.isSafeInteger(value) && !Object.is(value, -0);
  return isKept ? value : new JsonNumber(source);
}
