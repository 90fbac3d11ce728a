import { expect, test } from "bun:test";
import { toKeepSeconds } from "../../../src/api/ollama/keep-alive.ts";

test.each<[string | number | null | undefined, number | null]>([
  [undefined, null],
  [null, null],
  ["", null],
  [0, 0],
  ["0", 0],
  ["0s", 0],
  [30, 30],
  [0.5, 0.5],
  [-1, Number.POSITIVE_INFINITY],
  ["-1", Number.POSITIVE_INFINITY],
  ["-1s", Number.POSITIVE_INFINITY],
  ["-1m", Number.POSITIVE_INFINITY],
  ["300", 300],
  ["5m", 300],
  ["24h", 86_400],
  ["1h30m", 5400],
  ["1.5h", 5400],
  [".5s", 0.5],
  ["500ms", 0.5],
  ["+2m", 120],
])("keep_alive %j is %p seconds", (given, seconds) => {
  expect(toKeepSeconds(given)).toBe(seconds);
});

test.each(["5 minutes", "m", "5m later", "1d", "five", "--1s", "."])("keep_alive %j is refused", (given) => {
  expect(() => toKeepSeconds(given)).toThrow(
    `"keep_alive" must be seconds or a duration such as "5m", but is "${given}".`,
  );
});
