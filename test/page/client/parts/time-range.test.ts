import { expect, test } from "bun:test";
import { toTimeRange } from "../../../../src/page/client/parts/time-range.ts";

test.each([
  ["before there are values, the last minutes", null, null, [9700, 10_000]],
  ["one value, the minutes before it", 9000, 9000, [8700, 9000]],
  ["values over ten minutes, all of them", 8400, 9000, [8400, 9000]],
  ["values over two hours, the last one", 1000, 8200, [4600, 8200]],
] as const)("%s", (_name, low, high, range) => {
  expect(toTimeRange(low, high, 10_000)).toEqual([...range]);
});
