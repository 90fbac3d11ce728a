import { describe, expect, test } from "bun:test";
import { matchesWhole } from "../../../src/grammar/automata/match.ts";
import { type Bound, decimals, integers } from "../../../src/grammar/json-schema/numbers.ts";

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
    const good = ["0", "-1", "1.50", "1e9", "-0.5E-3", "123456789012345"];
    const bad = ["", "01", "1.", ".5", "+1", "1e", "--1", "1e999", "1234567890123456"];
    expect(good.filter((text) => !matchesWhole(free, text))).toEqual([]);
    expect(bad.filter((text) => matchesWhole(free, text))).toEqual([]);
  });
});
