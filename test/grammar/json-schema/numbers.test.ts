import { describe, expect, test } from "bun:test";
import { matchesWhole } from "../../../src/grammar/automata/match.ts";
import { type Bound, decimals, integers, multiples } from "../../../src/grammar/json-schema/numbers.ts";

const closed = (value: number): Bound => ({ value, isOpen: false });
const open = (value: number): Bound => ({ value, isOpen: true });
const isWithin = (value: number, min: Bound | null, max: Bound | null) =>
  (!min || (min.isOpen ? value > min.value : value >= min.value)) &&
  (!max || (max.isOpen ? value < max.value : value <= max.value));

const ranges: [Bound | null, Bound | null][] = [
  [null, null],
  [closed(0), null],
  [closed(7), closed(7)],
  [closed(-12), closed(345)],
  [open(-1), open(100)],
  [closed(99), closed(1001)],
  [closed(-1000), closed(-9)],
  [null, closed(-5)],
  [null, open(0)],
  [closed(123), null],
  [closed(0.5), closed(2.25)],
  [open(-1.05), open(1.05)],
  [open(0), open(1)],
  [closed(2.75), closed(3.125)],
  [closed(1.23), open(1.3)],
  [open(10.999), null],
  [null, closed(0.001)],
  [closed(5), closed(4)],
  [open(1), closed(1)],
];

describe("numbers within a range, and no others", () => {
  const whole = Array.from({ length: 2401 }, (_, index) => index - 1200);
  test.each(ranges)("whole numbers from %p to %p", (min, max) => {
    const expression = integers({ min, max });
    const wrong = whole.filter(
      (value) => matchesWhole(expression, String(value)) !== isWithin(value, min, max),
    );
    expect(wrong).toEqual([]);
  });

  const written = Array.from({ length: 16001 }, (_, index) => String((index - 8000) / 1000)).filter(
    (text) => text !== "0",
  );
  test.each(ranges)("decimals from %p to %p", (min, max) => {
    const expression = decimals({ min, max });
    const wrong = written.filter(
      (text) => matchesWhole(expression, text) !== isWithin(Number(text), min, max),
    );
    expect(wrong).toEqual([]);
  });

  test("they are numbers of JSON and have an end", () => {
    const free = decimals({ min: null, max: null });
    const good = [
      "0",
      "-1",
      "1.50",
      "1e9",
      "-0.5E-3",
      "2512292042121000001",
      `-${"9".repeat(40)}`,
      "0.12345678901234567",
    ];
    const bad = ["", "01", "1.", ".5", "+1", "1e", "--1", "1e999", "9".repeat(41), `0.${"1".repeat(26)}`];
    expect(good.filter((text) => !matchesWhole(free, text))).toEqual([]);
    expect(bad.filter((text) => matchesWhole(free, text))).toEqual([]);
  });

  test("ids of 19 and of 39 digits are whole numbers, and digits have an end", () => {
    const free = integers({ min: null, max: null });
    const good = ["2512292042121000001", "-2512292042121000001", "340282366920938463463374607431768211455"];
    expect(good.filter((text) => !matchesWhole(free, text))).toEqual([]);
    expect(matchesWhole(free, "1".repeat(41))).toBe(false);
    const positive = integers({ min: closed(1), max: null });
    expect(good.filter((text) => matchesWhole(positive, text))).toEqual(
      good.filter((text) => text[0] !== "-"),
    );
  });

  test.each<[bigint, bigint]>([
    [-(2n ** 63n), 2n ** 63n - 1n],
    [0n, 2n ** 64n - 1n],
    [9007199254740993n, 9007199254741003n],
    [10n ** 20n, 10n ** 20n + 17n],
  ])("bounds from %p to %p are exact", (min, max) => {
    const range = { min: { value: min, isOpen: false }, max: { value: max, isOpen: false } };
    const near = [-2n, -1n, 0n, 1n, 2n].flatMap((step) => [min + step, max + step]);
    for (const expression of [integers(range), decimals(range)]) {
      const wrong = near.filter(
        (value) => matchesWhole(expression, String(value)) !== (min <= value && value <= max),
      );
      expect(wrong).toEqual([]);
    }
  });

  test.each<[step: number, min: number | null, max: number | null]>([
    [1, null, null],
    [10, null, null],
    [100, -250, 1250],
    [0.01, null, null],
    [0.1, 0, 1],
    [0.01, 0.125, 2],
    [5, -12, 40],
    [0.25, 0, 3],
    [64, 64, 1024],
  ])("multiples of %p from %p to %p", (step, min, max) => {
    const range = { min: min === null ? null : closed(min), max: max === null ? null : closed(max) };
    const places = Array.from({ length: 4001 }, (_, index) => index - 2000);
    for (const isInteger of [true, false]) {
      const expression = multiples(range, step, isInteger);
      if (!expression) throw new Error("nothing is enforced");
      const divisor = isInteger ? 1 : 1000;
      const isRight = (at: number) =>
        Number.isInteger(Math.round((at / divisor / step) * 1e9) / 1e9) &&
        isWithin(at / divisor, range.min, range.max);
      const wrong = places.filter((at) => matchesWhole(expression, String(at / divisor)) !== isRight(at));
      expect(wrong).toEqual([]);
    }
  });

  test("multiples of other numbers need both ends", () => {
    expect(multiples({ min: closed(0), max: null }, 5, true)).toBeNull();
    expect(multiples({ min: closed(0), max: closed(1e9) }, 3, true)).toBeNull();
  });
});
