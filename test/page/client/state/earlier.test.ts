import { expect, test } from "bun:test";
import { toEarlierSamples } from "../../../../src/page/client/state/earlier.ts";

const minute = (at: number, tokens: number) => ({
  at,
  new_tokens: tokens,
  time_to_first_token: 0.5,
  most_running: 2,
});

test("a server that knows nothing gives no samples", () => expect(toEarlierSamples([], 600)).toEqual([]));

test("minutes become samples, idle ones between them and after them, and none for the present minute", () => {
  const samples = toEarlierSamples([minute(60, 120), minute(180, 60), minute(300, 6)], 330);
  expect(samples.map(({ at, tokensPerSecond, running }) => [at, tokensPerSecond, running])).toEqual([
    [60, 2, 2],
    [120, 0, 0],
    [180, 1, 2],
    [240, 0, 0],
  ]);
  expect(samples.map(({ timeToFirstToken }) => timeToFirstToken)).toEqual([0.5, Number.NaN, 0.5, Number.NaN]);
});
