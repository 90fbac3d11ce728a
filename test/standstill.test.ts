import { expect, test } from "bun:test";
import { createLooks } from "../src/standstill.ts";

test("looks that come in time saw no standstill, a late one what was more than its due", () => {
  const started = performance.now();
  const looks = createLooks(100);
  expect(looks.look()).toBe(0);
  Bun.sleepSync(300);
  const stood = looks.look();
  expect(stood).toBeGreaterThanOrEqual(200 - 1);
  expect(stood).toBeLessThanOrEqual(performance.now() - started - 100);
  expect(looks.look()).toBe(0);
});
