import { expect, test } from "bun:test";
import { createAlarm, startAlarm } from "../src/alarm.ts";
import { ringing } from "./helpers/ringing.ts";
import { standStill } from "./helpers/stand-still.ts";

test("an alarm rings once, and again after it is set again", async () => {
  const rings: string[] = [];
  let rung = Promise.withResolvers<void>();
  using alarm = createAlarm(5, () => {
    rings.push("ring");
    rung.resolve();
  });
  alarm.set();
  await rung.promise;
  await ringing(20);
  expect(rings).toEqual(["ring"]);
  rung = Promise.withResolvers();
  alarm.set();
  await rung.promise;
  expect(rings).toEqual(["ring", "ring"]);
});

test("an alarm that is set again counts from then", async () => {
  let rung = Promise.withResolvers<number>();
  using alarm = createAlarm(40, () => rung.resolve(performance.now()));
  alarm.set();
  await ringing(20);
  // On a busy machine it may have rung by now; it is set again all the same.
  rung = Promise.withResolvers();
  const again = performance.now();
  alarm.set();
  // Timers may end a part of a millisecond early.
  expect((await rung.promise) - again).toBeGreaterThanOrEqual(39);
});

test.each(["clear", "dispose"] as const)(
  "an alarm does not ring after %s, until it is set again",
  async (how) => {
    const rung = Promise.withResolvers<void>();
    let rings = 0;
    const alarm = createAlarm(5, () => {
      rings += 1;
      rung.resolve();
    });
    alarm.set();
    if (how === "clear") alarm.clear();
    else alarm[Symbol.dispose]();
    await ringing(20);
    expect(rings).toBe(0);
    alarm.set();
    await rung.promise;
    expect(rings).toBe(1);
  },
);

test("an alarm does not count the time in which the process stands still, and then counts on", async () => {
  const rung = Promise.withResolvers<void>();
  let rings = 0;
  using _alarm = startAlarm(100, () => {
    rings += 1;
    rung.resolve();
  });
  await standStill(400);
  expect(rings).toBe(0);
  await rung.promise;
  expect(rings).toBe(1);
});

test("an alarm that is set after a standstill has its whole time", async () => {
  const rung = Promise.withResolvers<number>();
  using alarm = startAlarm(100, () => rung.resolve(performance.now()));
  Bun.sleepSync(400);
  const again = performance.now();
  alarm.set();
  // Timers may end a part of a millisecond early.
  expect((await rung.promise) - again).toBeGreaterThanOrEqual(99);
});
