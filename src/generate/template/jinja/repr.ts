import { Callable, Dict, Markup, Series, type Thing, Tuple, Undefined, type Value } from "./values.ts";

/** Python's `str()`; nothing for what is undefined. */
export function toText(value: Value): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.text;
  return value instanceof Undefined ? "" : toRepr(value);
}

/** Python's `repr()`. */
export function toRepr(value: Value): string {
  if (typeof value === "string") return quote(value);
  if (typeof value === "boolean") return value ? "True" : "False";
  if (value === null) return "None";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number") return renderFloat(value);
  if (Array.isArray(value)) return `[${value.map(toRepr).join(", ")}]`;
  if (value instanceof Tuple) return renderTuple(value);
  if (value instanceof Dict) return renderDict(value);
  if (value instanceof Markup) return `Markup(${quote(value.text)})`;
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Series) return renderSeries(value);
  return value instanceof Callable ? `<built-in method ${value.name}>` : renderThing(value);
}

function renderTuple({ items }: Tuple): string {
  return items.length === 1 ? `(${items.map(toRepr).join()},)` : `(${items.map(toRepr).join(", ")})`;
}

function renderDict(dict: Dict): string {
  return `{${dict
    .entries()
    .map(([key, value]) => `${toRepr(key)}: ${toRepr(value)}`)
    .join(", ")}}`;
}

function renderSeries(series: Series): string {
  const isView = series.kind.startsWith("dict_");
  return isView ? `${series.kind}([${series.items.map(toRepr).join(", ")}])` : series.label;
}

/** Without what a namespace holds, as that may be itself. */
function renderThing({ kind }: Thing): string {
  return `<${kind}>`;
}

/** The shortest text that reads as the same float, with Python's own points at which it turns to exponents. */
export function renderFloat(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", exponent = "0"] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= 16 || power < -4) {
    const digits = String(Math.abs(power)).padStart(2, "0");
    return `${mantissa}e${power < 0 ? "-" : "+"}${digits}`;
  }
  const plain = power >= 0 ? String(value) : value.toFixed(fractionDigits(mantissa, power));
  return plain.includes(".") ? plain : `${plain}.0`;
}

function fractionDigits(mantissa: string, power: number): number {
  return mantissa.replace(/^-?\d\.?/, "").length - power;
}

const named: Record<string, string> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
/** What Python's repr escapes: controls, separators other than the blank, halves of characters, unassigned ones. */
const unprintable = /[\\\p{C}\p{Z}]/gu;

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(unprintable, (char) =>
    char === " " ? char : (named[char] ?? escapeChar(char)),
  );
  return `${mark}${mark === "'" ? escaped.replaceAll("'", "\\'") : escaped}${mark}`;
}

function escapeChar(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, "0")}`;
  const digits = code < 0x10000 ? 4 : 8;
  return `\\${digits === 4 ? "u" : "U"}${code.toString(16).padStart(digits, "0")}`;
}

export function isPrintable(text: string): boolean {
  return !/[\p{C}\p{Z}]/u.test(text.replaceAll(" ", ""));
}
