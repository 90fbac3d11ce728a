import { describe, expect, test } from "bun:test";
import { createMeter } from "../../../../src/page/client/state/meter.ts";

const running = (id: string, tokens: number) => [{ id, new_tokens: tokens }];

describe("the meter", () => {
  test("counts what running requests generate, and each token once", () => {
    const meter = createMeter();
    meter.see(running("a", 10));
    meter.see(running("a", 25));
    expect(meter.take().tokens).toBe(25);
    meter.end("a", 40, 0.5);
    expect(meter.take()).toEqual({ tokens: 15, timeToFirstToken: 0.5 });
    expect(meter.take().tokens).toBe(0);
  });

  test("counts a request once whose end and whose list overtake each other", () => {
    const meter = createMeter();
    meter.see(running("a", 10));
    meter.see([]);
    meter.end("a", 12, null);
    meter.see(running("a", 12));
    expect(meter.take().tokens).toBe(12);
  });

  test("averages the first tokens; without any there is no mean", () => {
    const meter = createMeter();
    meter.end("a", 1, 1);
    meter.end("b", 1, 3);
    meter.end("c", 1, null);
    expect(meter.take().timeToFirstToken).toBe(2);
    expect(meter.take().timeToFirstToken).toBeNaN();
  });
});
