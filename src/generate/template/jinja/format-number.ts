import { fail } from "./failure.ts";
import { renderFloat } from "./repr.ts";

/** How Python's format strings lay out a value: `[[fill]align][sign][#][0][width][grouping][.precision][type]`. */
export interface Layout {
  fill: string;
  align: "<" | ">" | "^" | "=" | null;
  sign: "+" | "-" | " ";
  alternate: boolean;
  width: number;
  grouping: "" | "," | "_";
  precision: number | null;
  type: string;
}

/** More digits are never meant, and JavaScript's own functions end at 100. */
const maxPrecision = 100;

/** The digits of a number with sign and prefix, not yet padded. */
export function renderNumber(value: bigint | number, layout: Layout): string {
  const isNegative = value < 0 || Object.is(value, -0);
  const sign = isNegative ? "-" : layout.sign === "-" ? "" : layout.sign;
  const size = typeof value === "bigint" ? (value < 0n ? -value : value) : Math.abs(value);
  const digits =
    "bcdoxXn".includes(layout.type) && layout.type !== ""
      ? renderInt(size, layout)
      : renderReal(size, layout);
  const body = layout.grouping ? group(digits, layout) : digits;
  return sign + zeroFill(body, layout, sign.length);
}

function zeroFill(body: string, { align, fill, width }: Layout, taken: number): string {
  return align === "=" ? body.padStart(width - taken, fill) : body;
}

const prefixes: Record<string, string> = { x: "0x", X: "0X", o: "0o", b: "0b" };

function renderInt(size: bigint | number, { type, alternate }: Layout): string {
  if (typeof size === "number") return fail(`Unknown format code '${type}' for object of type 'float'`);
  const radix = { x: 16, X: 16, o: 8, b: 2 }[type] ?? 10;
  const digits = size.toString(radix);
  return `${alternate ? (prefixes[type] ?? "") : ""}${type === "X" ? digits.toUpperCase() : digits}`;
}

function renderReal(size: bigint | number, { type, precision }: Layout): string {
  if (type === "" && typeof size === "bigint") return String(size);
  const value = Number(size);
  if (!Number.isFinite(value)) return renderFloat(value);
  if (precision !== null && precision > maxPrecision) return fail("precision too big");
  switch (type) {
    case "f":
    case "F":
      return toFixed(value, precision ?? 6);
    case "%":
      return `${toFixed(value * 100, precision ?? 6)}%`;
    case "e":
    case "E":
      return exponential(value, precision ?? 6, type);
    case "g":
    case "G":
      return general(value, precision ?? 6, type);
    case "":
      return precision === null ? renderFloat(value) : general(value, precision, "g");
    default:
      return fail(`Unknown format code '${type}' for a number`);
  }
}

/** With this many digits behind the point; halves go to the even digit, where JavaScript rounds them up. */
export function toFixed(value: number, precision: number): string {
  const rounded = value.toFixed(precision);
  if (precision >= maxPrecision || !Number.isInteger(value * 2 ** (precision + 1))) return rounded;
  const exact = value.toFixed(precision + 1);
  if (!exact.endsWith("5")) return rounded;
  const cut = exact.slice(0, -1).replace(/\.$/, "");
  return "02468".includes(cut.slice(-1)) ? cut : rounded;
}

function exponential(value: number, precision: number, type: string): string {
  const [mantissa = "", power = "0"] = value.toExponential(precision).split("e");
  const digits = String(Math.abs(Number(power))).padStart(2, "0");
  return `${mantissa}${type}${Number(power) < 0 ? "-" : "+"}${digits}`;
}

/** The shorter of both forms, without the zeros at the end. */
function general(value: number, wanted: number, type: string): string {
  const precision = Math.max(1, wanted);
  const power = Number(value.toExponential(precision - 1).split("e")[1]);
  const withoutZeros = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (power >= -4 && power < precision)
    return withoutZeros(toFixed(value, Math.min(maxPrecision, precision - 1 - power)));
  const [mantissa = "", exponent = ""] = exponential(value, precision - 1, "e").split("e");
  return `${withoutZeros(mantissa)}${type === "G" ? "E" : "e"}${exponent}`;
}

function group(digits: string, { grouping, type }: Layout): string {
  const size = "xXbo".includes(type) && type !== "" ? 4 : 3;
  const end = digits.search(/[^0-9a-fA-F]/);
  const whole = end === -1 ? digits : digits.slice(0, end);
  let grouped = "";
  for (let at = whole.length; at > 0; at -= size) {
    const part = whole.slice(Math.max(0, at - size), at);
    grouped = grouped === "" ? part : `${part}${grouping}${grouped}`;
  }
  return grouped + (end === -1 ? "" : digits.slice(end));
}
