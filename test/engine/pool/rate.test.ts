import { expect, test } from "bun:test";
import { createRate } from "../../../src/engine/pool/rate.ts";

function createTestRate() {
  let time = 0;
  return { rate: createRate(() => time), pass: (ms: number) => (time += ms) };
}

test("is unknown before the first tokens", () => {
  const { rate, pass } = createTestRate();
  const end = rate.begin();
  pass(2000);
  expect(rate.read()).toBeNull();
  end();
  expect(rate.read()).toBeNull();
});

test("counts all requests together, over the time in which any of them runs", () => {
  const { rate, pass } = createTestRate();
  const [one, other] = [rate.begin(), rate.begin()];
  pass(1000);
  rate.add(10);
  one();
  pass(1000);
  rate.add(20);
  other();
  expect(rate.read()).toBe(15);
});

test("keeps the last work's rate while idle, and forgets it at the next work", () => {
  const { rate, pass } = createTestRate();
  const first = rate.begin();
  pass(1000);
  rate.add(10);
  first();
  pass(100_000);
  expect(rate.read()).toBe(10);
  const second = rate.begin();
  pass(2000);
  rate.add(100);
  expect(rate.read()).toBe(50);
  second();
});

test("follows a change within ten seconds while one request after the other runs", () => {
  const { rate, pass } = createTestRate();
  rate.begin();
  for (let second = 0; second < 100; second++) {
    pass(1000);
    rate.add(second < 80 ? 10 : 50);
  }
  expect(rate.read()).toBe(50);
});
