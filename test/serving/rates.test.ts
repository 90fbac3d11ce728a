import { expect, test } from "bun:test";
import { createRate, createRates } from "../../src/serving/rates.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";

function createTestRate() {
  let time = 0;
  return { rate: createRate(() => time), pass: (ms: number) => (time += ms) };
}

test("is unknown before the first tokens", () => {
  const { rate, pass } = createTestRate();
  const end = rate.start();
  pass(2000);
  expect(rate.read()).toBeNull();
  end();
  expect(rate.read()).toBeNull();
});

test("counts all requests together, over the time in which any of them runs", () => {
  const { rate, pass } = createTestRate();
  const [one, other] = [rate.start(), rate.start()];
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
  const first = rate.start();
  pass(1000);
  rate.add(10);
  first();
  pass(100_000);
  expect(rate.read()).toBe(10);
  const second = rate.start();
  pass(2000);
  rate.add(100);
  expect(rate.read()).toBe(50);
  second();
});

test("does not take the last moment of long work for all of it", () => {
  const { rate, pass } = createTestRate();
  const end = rate.start();
  for (let second = 0; second < 10; second++) {
    pass(1000);
    rate.add(30);
  }
  pass(200);
  rate.add(1);
  end();
  expect(rate.read()).toBe(30);
});

test("follows a change within ten seconds while one request after the other runs", () => {
  const { rate, pass } = createTestRate();
  rate.start();
  for (let second = 0; second < 100; second++) {
    pass(1000);
    rate.add(second < 80 ? 10 : 50);
  }
  expect(rate.read()).toBe(50);
});

test("counts the tokens of that loaded model alone", () => {
  let time = 0;
  const rates = createRates(() => time);
  const [model, other] = [
    { host: createMemoryHost(), defaults: {} },
    { host: createMemoryHost(), defaults: {} },
  ];
  expect(rates.read(model)).toBeNull();
  const rate = rates.start(model);
  for (let tokens = 0; tokens < 4; tokens++) {
    time += 100;
    rate.add(1);
  }
  rate.stop();
  expect([rates.read(model), rates.read(other)]).toEqual([10, null]);
});
