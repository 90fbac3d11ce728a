import { describe, expect, test } from "bun:test";
import { createHistory, type Sample } from "../../../../src/page/client/state/history.ts";

const sample = (at: number, extra: Partial<Sample> = {}): Sample => ({
  at,
  tokensPerSecond: at * 10,
  timeToFirstToken: Number.NaN,
  running: 0,
  waiting: 0,
  kvCache: 0,
  memory: 0,
  ...extra,
});

describe("the history", () => {
  test("is empty at first", () => {
    const history = createHistory(3);
    expect([history.length, history.read("at"), history.latest("memory")]).toEqual([0, [], null]);
  });

  test("has the samples in their order, and a gap where nothing is known", () => {
    const history = createHistory(3);
    history.add(sample(1));
    history.add(sample(2, { timeToFirstToken: 0.5 }));
    expect(history.read("at")).toEqual([1, 2]);
    expect(history.read("timeToFirstToken")).toEqual([null, 0.5]);
    expect(history.latest("tokensPerSecond")).toBe(20);
  });

  test("keeps the newest, however many come", () => {
    const history = createHistory(3);
    for (let at = 1; at <= 10_000; at += 1) history.add(sample(at));
    expect([history.length, history.read("at")]).toEqual([3, [9998, 9999, 10_000]]);
  });

  test("puts earlier samples before the ones that it has", () => {
    const history = createHistory(5);
    history.add(sample(3));
    history.addEarlier([sample(1), sample(2)]);
    history.add(sample(4));
    expect([history.read("at"), history.latest("at")]).toEqual([[1, 2, 3, 4], 4]);
  });

  test("leaves out the oldest of the earlier ones where there is no room for all", () => {
    const history = createHistory(3);
    history.add(sample(4));
    history.addEarlier([sample(1), sample(2), sample(3)]);
    expect(history.read("at")).toEqual([2, 3, 4]);
    history.addEarlier([sample(1)]);
    history.add(sample(5));
    expect(history.read("at")).toEqual([3, 4, 5]);
  });
});
