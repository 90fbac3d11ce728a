import { type CodePoints, digits, only } from "../automata/code-points.ts";
import {
  all,
  any,
  chars,
  type Expression,
  never,
  nothing,
  oneOfTexts,
  optional,
  repeat,
  text,
} from "../automata/expression.ts";
import { aligned, ceilDivided, floorDivided, powerOfTen, split, toDecimal, written } from "./decimal.ts";

/** An end of a range of numbers; `isOpen` where the end itself is not in it. */
export interface Bound {
  value: number | bigint;
  isOpen: boolean;
}

export interface Range {
  min: Bound | null;
  max: Bound | null;
}

/** Numbers have an end, for a small model may go on with digits for ever; ids of 128 bits have 39 digits. */
const INTEGER_DIGITS = 40;
/** Doubles that are written without an exponent have no more. */
const DECIMAL_DIGITS = 25;
/** Two decimal numbers of so many digits are never the same double, so that none is rounded to a bound that is not in the range. */
export const EXACT_DIGITS = 15;
const MOST_LISTED = 1000;

const digit = chars(digits);
const nonZero = chars([[0x31, 0x39]]);

/** The whole numbers of a range that are multiples of ten to the power of `zeros`. */
export function integers({ min, max }: Range, zeros = 0): Expression {
  const least = min && leastMultiple(min, zeros);
  const most = max && mostMultiple(max, zeros);
  const hasZero = (least === null || least <= 0n) && (most === null || most >= 0n);
  const tail = text("0".repeat(zeros));
  const positive = all(naturals(least === null || least < 1n ? 1n : least, most, zeros), tail);
  const mirrored = { least: most === null || most > -1n ? 1n : -most, most: least && -least };
  const negative = all(text("-"), naturals(mirrored.least, mirrored.most, zeros), tail);
  return any(
    hasZero ? text("0") : never,
    most !== null && most < 1n ? never : positive,
    least !== null && least > -1n ? never : negative,
  );
}

/** The number of the least multiple that is in the range. */
function leastMultiple({ value, isOpen }: Bound, zeros: number): bigint {
  const [units, size] = aligned(toDecimal(value), { units: 10n ** BigInt(zeros), places: 0 });
  return isOpen ? floorDivided(units, size) + 1n : ceilDivided(units, size);
}

function mostMultiple({ value, isOpen }: Bound, zeros: number): bigint {
  const [units, size] = aligned(toDecimal(value), { units: 10n ** BigInt(zeros), places: 0 });
  return isOpen ? ceilDivided(units, size) - 1n : floorDivided(units, size);
}

/** The whole numbers from `min` to `max`; `min` is not below zero, and `zeros` digits follow elsewhere. */
function naturals(min: bigint, max: bigint | null, zeros = 0): Expression {
  if (max !== null && max < min) return never;
  if (min === 0n) return any(text("0"), naturals(1n, max, zeros));
  const low = String(min);
  const digits = zeros === 0 ? INTEGER_DIGITS : EXACT_DIGITS - zeros;
  const high = max === null ? "9".repeat(Math.max(digits, low.length)) : String(max);
  if (low.length === high.length) return sameLength(low, high);
  const from = /^10*$/.test(low) ? low.length : low.length + 1;
  const to = /^9+$/.test(high) ? high.length : high.length - 1;
  return any(
    from > low.length ? sameLength(low, "9".repeat(low.length)) : never,
    all(nonZero, repeat(digit, from - 1, to - 1)),
    to < high.length ? sameLength(`1${"0".repeat(to)}`, high) : never,
  );
}

/** Digits from `low` to `high`, which are as long as one another. */
function sameLength(low: string, high: string): Expression {
  if (low === high) return text(low);
  const [first = 0, last = 0] = [Number(low[0]), Number(high[0])];
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (first === last) return all(text(String(first)), sameLength(lowRest, highRest));
  const isLowWhole = /^0*$/.test(lowRest);
  const isHighWhole = /^9*$/.test(highRest);
  const from = isLowWhole ? first : first + 1;
  const to = isHighWhole ? last : last - 1;
  return any(
    isLowWhole ? never : all(text(String(first)), sameLength(lowRest, "9".repeat(lowRest.length))),
    all(between(from, to), repeat(digit, lowRest.length, lowRest.length)),
    isHighWhole ? never : all(text(String(last)), sameLength("0".repeat(highRest.length), highRest)),
  );
}

function between(from: number, to: number): Expression {
  const set: CodePoints = from > to ? [] : [[0x30 + from, 0x30 + to]];
  return chars(set);
}

const exponent = all(chars(only("eE")), optional(chars(only("+-"))), repeat(digit, 1, 2));
const free = all(
  optional(text("-")),
  naturals(0n, null),
  optional(all(text("."), repeat(digit, 1, DECIMAL_DIGITS))),
  optional(exponent),
);

/** Numbers with and without decimals, of which there are at most `most`; one that nothing bounds may have an exponent. */
export function decimals({ min, max }: Range, most?: number): Expression {
  if (min === null && max === null && most === undefined) return free;
  const zero: Bound = { value: 0, isOpen: false };
  const belowZero: Bound = { value: 0, isOpen: true };
  const reflected = { min: reflect(lower(max, belowZero)), max: min && reflect(min) };
  return any(
    positives(upper(min, zero), max, most),
    all(text("-"), positives(reflected.min, reflected.max, most)),
  );
}

function reflect({ value, isOpen }: Bound): Bound {
  return { value: typeof value === "bigint" ? -value : 0 - value, isOpen };
}

function upper(bound: Bound | null, other: Bound): Bound {
  return bound === null || bound.value < other.value ? other : bound;
}

function lower(bound: Bound | null, other: Bound): Bound {
  return bound === null || bound.value > other.value || (bound.value === other.value && other.isOpen)
    ? other
    : bound;
}

function positives(min: Bound, max: Bound | null, most?: number): Expression {
  if (max && (max.value < min.value || (max.value === min.value && (max.isOpen || min.isOpen)))) return never;
  const [low, lowDecimals] = split(min.value);
  const [high, highDecimals] = max === null ? [null, ""] : split(max.value);
  const places = most ?? placesFor(min, max);
  const floor = { digits: lowDecimals, isOpen: min.isOpen };
  const ceiling = { digits: highDecimals, isOpen: max?.isOpen ?? false };
  if (low === high) return all(text(String(low)), fraction(floor, ceiling, places));
  const open = most === undefined ? null : exactWhole(low, most);
  const last = high === null ? open : high - 1n;
  return any(
    all(text(String(low)), fraction(floor, null, places)),
    all(naturals(low + 1n, last), fraction(null, null, places)),
    high === null ? never : all(text(String(high)), fraction(null, ceiling, places)),
  );
}

/** A validator divides doubles to find multiples, so these have no more digits than are exact. */
function exactWhole(low: bigint, places: number): bigint {
  return 10n ** BigInt(Math.max(EXACT_DIGITS - places, String(low).length)) - 1n;
}

function placesFor(min: Bound, max: Bound | null): number {
  const isRounded = [min, max].some((bound) => bound?.isOpen && Number(bound.value) !== 0);
  return isRounded ? EXACT_DIGITS - String(split((max ?? min).value)[0]).length : DECIMAL_DIGITS;
}

interface Edge {
  digits: string;
  isOpen: boolean;
}

/** A point and decimals, or nothing, where the decimals are from `floor` to `ceiling`. JSON has no `1.`. */
function fraction(floor: Edge | null, ceiling: Edge | null, places: number): Expression {
  const isAny = isFree(floor) && ceiling === null;
  const digitsBehind = isAny ? repeat(digit, 1, places) : nextDigit(floor, ceiling, places);
  return any(mayEnd(floor, ceiling) ? nothing : never, places > 0 ? all(text("."), digitsBehind) : never);
}

function isFree(floor: Edge | null): boolean {
  return floor === null || (floor.digits === "" && !floor.isOpen);
}

/** Whether no more decimals, which is as good as zeros, is within the edges. */
function mayEnd(floor: Edge | null, ceiling: Edge | null): boolean {
  return isFree(floor) && !(ceiling?.digits === "" && ceiling.isOpen);
}

/** Decimals that may end here. */
function tail(floor: Edge | null, ceiling: Edge | null, places: number): Expression {
  if (isFree(floor) && ceiling === null) return repeat(digit, 0, places);
  return any(mayEnd(floor, ceiling) ? nothing : never, nextDigit(floor, ceiling, places));
}

function nextDigit(floor: Edge | null, ceiling: Edge | null, places: number): Expression {
  if (places <= 0 || (ceiling?.digits === "" && ceiling.isOpen)) return never;
  const from = floor === null ? -1 : Number(floor.digits[0] ?? "0");
  const to = ceiling === null ? 10 : Number(ceiling.digits[0] ?? "0");
  const [nextFloor, nextCeiling] = [rest(floor), rest(ceiling)];
  const at = (value: number, low: Edge | null, high: Edge | null) =>
    all(text(String(value)), tail(low, high, places - 1));
  if (from === to) return at(from, nextFloor, nextCeiling);
  return any(
    from < 0 || from > to ? never : at(from, nextFloor, null),
    all(between(from + 1, to - 1), repeat(digit, 0, places - 1)),
    to > 9 || from > to ? never : at(to, null, nextCeiling),
  );
}

function rest(edge: Edge | null): Edge | null {
  return edge && { ...edge, digits: edge.digits.slice(1) };
}

/**
 * The numbers of a range that are multiples of `step`: by their digits for powers of ten, one by one where the range
 * has both ends. Null where there are too many for that.
 */
export function multiples(range: Range, step: number, isInteger: boolean): Expression | null {
  const power = powerOfTen(step);
  if (power !== null)
    return power < 0 && !isInteger ? decimals(range, -power) : integers(range, Math.max(0, power));
  const { min, max } = range;
  if (min === null || max === null) return null;
  const size = toDecimal(step);
  const [least, sizeForLeast] = aligned(toDecimal(min.value), size);
  const [most, sizeForMost] = aligned(toDecimal(max.value), size);
  const first = min.isOpen ? floorDivided(least, sizeForLeast) + 1n : ceilDivided(least, sizeForLeast);
  const last = max.isOpen ? ceilDivided(most, sizeForMost) - 1n : floorDivided(most, sizeForMost);
  if (last - first >= MOST_LISTED) return null;
  const texts = Array.from({ length: Number(last - first) + 1 }, (_, index) =>
    written({ ...size, units: size.units * (first + BigInt(index)) }),
  );
  return oneOfTexts(isInteger ? texts.filter((value) => !value.includes(".")) : texts);
}
