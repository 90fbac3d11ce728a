import { expect, test } from "bun:test";
import { toGroups } from "../../src/serving/tokenize.ts";

test.each<[string[], number, string[][]]>([
  [[], 4, []],
  [
    ["ab", "c", "d", "efg", "h"],
    4,
    [
      ["ab", "c", "d"],
      ["efg", "h"],
    ],
  ],
  [["abcde", "f"], 4, [["abcde"], ["f"]]],
])("%j are counted in groups of at most %i characters", (parts, size, groups) => {
  expect(toGroups(parts, size)).toEqual(groups);
});
