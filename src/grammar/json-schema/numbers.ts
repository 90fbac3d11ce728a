import { type CodePoints, digits, only } from "../automata/code-points.ts";
import {
  all,
  any,
  chars,
  type Expression,
  never,
  nothing,
  optional,
  repeat,
  text,
} from "../automata/expression.ts";

/** An end of a range of numbers; `isOpen` where the end itself is not in it. */
export interface Bound {
  value: number;
  isOpen: boolean;
}

export interface Range {
  min: Bound | null;
  max: Bound | null;
}

/** Numbers have an end, for a small model may go on with digits for ever. */
const INTEGER_DIGITS = 15;
/** Two decimal numbers of so many digits are never the same double, so that no range is left by rounding. */
const EXACT_DIGITS = 15;

const digit = chars(digits);
const nonZero = chars([[0x31, 0x39]]);

export function integers({ min, max }: Range): Expression {
  const least =
    min === null ? Number.NEGATIVE_INFINITY : min.isOpen ? Math.floor(min.value) + 1 : Math.ceil(min.value);
  const most =
    max === null ? Number.POSITIVE_INFINITY : max.isOpen ? Math.ceil(max.value) - 1 : Math.floor(max.value);
  const negative = all(text("-"), naturals(Math.max(1, -most), -least));
  return any(naturals(Math.max(0, least), most), least < 0 ? negative : never);
}

/** The whole numbers from `min` to `max`, neither below zero. */
function naturals(min: number, max: number): Expression {
  if (max < min) return never;
  const open = 10 ** Math.max(INTEGER_DIGITS, String(min).length) - 1;
  const last = max === Number.POSITIVE_INFINITY ? Math.min(open, Number.MAX_SAFE_INTEGER) : max;
  const parts: Expression[] = [];
  for (let length = String(min).length; length <= String(last).length; length += 1) {
    const low = Math.max(min, length === 1 ? 0 : 10 ** (length - 1));
    const high = Math.min(last, 10 ** length - 1);
    parts.push(sameLength(String(low), String(high)));
  }
  return any(...merge(parts, min, last));
}

/** Where nothing bounds them the numbers of every length are one expression, and not fifteen. */
function merge(parts: Expression[], min: number, last: number): Expression[] {
  const isFree = min <= 1 && /^9+$/.test(String(last));
  if (!isFree) return parts;
  const free = all(nonZero, repeat(digit, 0, String(last).length - 1));
  return min === 0 ? [text("0"), free] : [free];
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
  naturals(0, Number.POSITIVE_INFINITY),
  optional(all(text("."), repeat(digit, 1, EXACT_DIGITS))),
  optional(exponent),
);

/** Numbers with and without decimals; one that nothing bounds may have an exponent. */
export function decimals({ min, max }: Range): Expression {
  if (min === null && max === null) return free;
  const zero: Bound = { value: 0, isOpen: false };
  const belowZero: Bound = { value: 0, isOpen: true };
  const reflected = { min: reflect(lower(max, belowZero)), max: min && reflect(min) };
  return any(positives(upper(min, zero), max), all(text("-"), positives(reflected.min, reflected.max)));
}

function reflect({ value, isOpen }: Bound): Bound {
  return { value: 0 - value, isOpen };
}

function upper(bound: Bound | null, other: Bound): Bound {
  return bound === null || bound.value < other.value ? other : bound;
}

function lower(bound: Bound | null, other: Bound): Bound {
  return bound === null || bound.value > other.value || (bound.value === other.value && other.isOpen)
    ? other
    : bound;
}

function positives(min: Bound, max: Bound | null): Expression {
  if (max && (max.value < min.value || (max.value === min.value && (max.isOpen || min.isOpen)))) return never;
  const [low, lowDecimals] = split(min.value);
  const [high, highDecimals] = max === null ? [Number.POSITIVE_INFINITY, ""] : split(max.value);
  const places = EXACT_DIGITS - String(max === null ? low : high).length;
  const floor = { digits: lowDecimals, isOpen: min.isOpen };
  const ceiling = { digits: highDecimals, isOpen: max?.isOpen ?? false };
  if (low === high) return all(text(String(low)), fraction(floor, ceiling, places));
  return any(
    all(text(String(low)), fraction(floor, null, places)),
    all(naturals(low + 1, high - 1), optional(all(text("."), repeat(digit, 1, places)))),
    max === null ? never : all(text(String(high)), fraction(null, ceiling, places)),
  );
}

/** A number's digits before and behind its point, the latter without zeros at the end. */
export function split(value: number): [whole: number, decimals: string] {
  const whole = Math.trunc(value);
  const written = Math.abs(value) < 1e-6 ? value.toFixed(EXACT_DIGITS) : String(value);
  return [whole, (written.split(".")[1] ?? "").replace(/0+$/, "")];
}

interface Edge {
  digits: string;
  isOpen: boolean;
}

/** A point and decimals, or nothing, where the decimals are from `floor` to `ceiling`. JSON has no `1.`. */
function fraction(floor: Edge | null, ceiling: Edge | null, places: number): Expression {
  const isFreeBelow = isFree(floor);
  const digitsBehind =
    isFreeBelow && ceiling === null ? repeat(digit, 1, places) : nextDigit(floor, ceiling, places);
  return any(mayEnd(floor, ceiling) ? nothing : never, all(text("."), digitsBehind));
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
