import { describe, expect, test } from "bun:test";
import { weighsAtMost } from "../../src/serving/weight.ts";

describe("the weight of a value", () => {
  test.each<[unknown, number]>([
    [null, 1],
    [7, 1],
    ["", 1],
    ["x".repeat(64), 3],
    [[1, [2, 3]], 5],
    [{ a: undefined, b: true }, 4],
  ])("%j is at most %i", (value, weight) => {
    expect(weighsAtMost(weight, value)).toBeTrue();
    expect(weighsAtMost(weight - 1, value)).toBeFalse();
  });

  test("is looked at no further than the bound", () => {
    const looked: string[] = [];
    const watched = new Proxy({ a: 1, b: 2, c: 3 }, { get: (_, key) => looked.push(String(key)) });
    expect(weighsAtMost(2, watched)).toBeFalse();
    expect(looked.length).toBeLessThan(3);
  });
});
