import { toNumber } from "./compare.ts";
import { fail } from "./failure.ts";
import type { Filters } from "./filter.ts";
import { toFixed } from "./format-number.ts";
import { isTrue, typeName } from "./python-types.ts";
import { type Given, needInt } from "./runtime.ts";
import { textOf, Undefined, type Value, valueOr } from "./values.ts";
import { trim } from "./white-space.ts";

export const numberFilters: Filters = {
  abs: {
    parameters: [],
    run: (value) => {
      const number = need(value, "abs");
      return typeof number === "bigint" ? (number < 0n ? -number : number) : Math.abs(number);
    },
  },
  int: { parameters: ["default", "base"], run: toInt },
  float: { parameters: ["default"], run: toFloat },
  round: { parameters: ["precision", "method"], run: round },
  filesizeformat: {
    parameters: ["binary"],
    run: (value, [binary]) => fileSize(value, isTrue(binary ?? false)),
  },
};

function need(value: Value, what: string): bigint | number {
  if (value instanceof Undefined) return value.fail();
  return toNumber(value) ?? fail(`bad operand type for ${what}: '${typeName(value)}'`);
}

/** As Python has it: longer texts are no ints. */
const maxDigits = 4300;
const radixes: Record<number, RegExp> = {
  2: /^(?:0b)?[01](?:_?[01])*$/i,
  8: /^(?:0o)?[0-7](?:_?[0-7])*$/i,
  10: /^\d+(?:_\d+)*$/,
  16: /^(?:0x)?[0-9a-f](?:_?[0-9a-f])*$/i,
};

function toInt(value: Value, [given, base]: Given): Value {
  const fallback = valueOr(given, () => 0n);
  if (value instanceof Undefined) return value.fail();
  const number = toNumber(value);
  if (number !== null) return truncate(number) ?? fallback;
  const text = textOf(value);
  if (text === null) return fallback;
  return parseInteger(trim(text), needInt(base, "int", 10)) ?? truncate(parseReal(trim(text))) ?? fallback;
}

function truncate(number: bigint | number | null): bigint | null {
  if (number === null || typeof number === "bigint") return number;
  return Number.isFinite(number) ? BigInt(Math.trunc(number)) : null;
}

function parseInteger(text: string, base: number): bigint | null {
  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  if (text.length > maxDigits) return null;
  const digits = text.slice(sign.length).replaceAll("_", "");
  if (!(radixes[base] ?? /$^/).test(text.slice(sign.length))) return null;
  const bare = base === 10 ? digits : digits.replace(/^0[box]/i, "");
  const prefix = { 2: "0b", 8: "0o", 16: "0x" }[base] ?? "";
  const size = BigInt(prefix + bare);
  return sign === "-" ? -size : size;
}

const real = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?$/i;

function parseReal(text: string): number | null {
  if (real.test(text)) return Number(text.replaceAll("_", ""));
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text);
  if (!special) return null;
  if (/nan/i.test(text)) return Number.NaN;
  return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function toFloat(value: Value, [given]: Given): Value {
  if (value instanceof Undefined) return value.fail();
  const number = toNumber(value);
  if (number !== null) return Number(number);
  const text = textOf(value);
  return (text === null ? null : parseReal(trim(text))) ?? valueOr(given, () => 0);
}

function round(value: Value, [digits, how]: Given): Value {
  const precision = needInt(digits, "round", 0);
  const method = how ?? "common";
  const number = need(value, "round");
  if (method === "common")
    return typeof number === "bigint" ? roundInt(number, precision) : roundHalfEven(number, precision);
  if (method !== "ceil" && method !== "floor") return fail("method must be common, ceil or floor");
  const factor = 10 ** precision;
  return Math[method](Number(number) * factor) / factor;
}

function roundInt(value: bigint, precision: number): bigint {
  if (precision >= 0) return value;
  const unit = 10n ** BigInt(Math.min(-precision, 400));
  const rest = ((value % unit) + unit) % unit;
  const low = value - rest;
  const isUp = rest * 2n > unit || (rest * 2n === unit && (low / unit) % 2n !== 0n);
  return isUp ? low + unit : low;
}

/** Halves to the even neighbour, by the float's exact value. */
function roundHalfEven(value: number, precision: number): number {
  if (!Number.isFinite(value)) return value;
  if (precision > 0) return precision > 100 ? value : Number(toFixed(value, precision));
  const unit = 10 ** -precision;
  const scaled = value / unit;
  const low = Math.floor(scaled);
  const isUp = scaled - low > 0.5 || (scaled - low === 0.5 && low % 2 !== 0);
  const rounded = (isUp ? low + 1 : low) * unit;
  return rounded === 0 && value < 0 ? -0 : rounded;
}

const units = ["k", "M", "G", "T", "P", "E", "Z", "Y"];

function fileSize(value: Value, binary: boolean): string {
  const bytes = toNumber(value) ?? parseReal(trim(textOf(value) ?? ""));
  if (bytes === null)
    return value instanceof Undefined ? value.fail() : fail(`a ${typeName(value)} is no size of a file`);
  return renderSize(Number(bytes), binary);
}

function renderSize(bytes: number, binary: boolean): string {
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${Math.trunc(bytes)} Bytes`;
  const power = Math.min(units.length, Math.floor(Math.log(bytes) / Math.log(base) + 1e-12));
  const unit = units[power - 1] ?? "";
  return `${(bytes / base ** power).toFixed(1)} ${binary ? `${unit.toUpperCase()}iB` : `${unit}B`}`;
}
