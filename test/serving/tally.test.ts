import { expect, test } from "bun:test";
import { createTally } from "../../src/serving/tally.ts";

test("the time of the prompt counts from the last asking, that of the rest from the first new token", () => {
  let now = 0;
  const tally = createTally(undefined, () => now);
  const at = (time: number, act: () => void) => {
    now = time;
    act();
  };
  at(5, tally.ask);
  at(10, tally.ask);
  at(12, () => tally.start(3, 0));
  at(30, () => tally.add(1, 0));
  at(40, () => tally.add(1, 0));
  now = 70;
  expect(tally.finish("stop").timings).toEqual({ promptMs: 20, predictedMs: 40 });
});

test("guessed tokens are counted, and those of them that became new ones", () => {
  const tally = createTally(undefined);
  tally.start(3, 0);
  tally.add(1, 0);
  tally.add(4, 0, 5);
  tally.add(1, 0, 5);
  const { usage } = tally.finish("stop");
  expect(usage).toMatchObject({ newTokens: 6, guesses: { tokens: 10, right: 3 } });
});
