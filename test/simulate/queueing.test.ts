import { describe, expect, test } from "bun:test";
import { toNeed } from "./needs.ts";
import { type Fleet, simulate } from "./queueing.ts";

const fleet: Fleet = { boxes: 4, slots: 2, seconds: 1, load: 0.5, strategy: "least-busy", proxies: 1 };
/** Evenly from 0 to 1, the same each time. */
function createSequence(): () => number {
  let index = 0;
  return () => {
    index += 1;
    return (index * 0.618_033_988_749) % 1;
  };
}
const run = (more: Partial<Fleet>) => simulate({ ...fleet, ...more }, 4000, createSequence());

describe("a simulated fleet", () => {
  test("waits for nothing where the least busy box is known and has turns", () => {
    expect(run({})).toMatchObject({ waitP50: 0, waitP99: 0 });
  });

  test("waits the longer the more of its turns are in use", () => {
    expect(run({ load: 1.2 }).waitP99).toBeGreaterThan(run({ load: 0.9 }).waitP99);
  });

  test("is even where a router knows all open requests, and less where eight know their own alone", () => {
    const full = { load: 0.95 };
    expect(run(full).aboveEven).toBeLessThan(run({ ...full, proxies: 8 }).aboveEven);
  });
});

test("what a fleet needs grows with its requests", () => {
  const measured = { milliseconds: 20, cacheCalls: 4, logBytes: 300 };
  const need = toNeed({ boxes: 10, slots: 8, seconds: 8, load: 0.5, ...measured });
  expect(need).toMatchObject({
    perSecond: 5,
    cores: 0.1,
    cacheCalls: 20,
    rowsPerDay: 432_000,
    logPerDay: 129_600_000,
  });
});
