import { describe, expect, test } from "bun:test";
import { createQueue } from "../../src/engine/queue.ts";
import { settled } from "../helpers/settled.ts";

const never = new AbortController().signal;

describe("the queue", () => {
  test("lets its limit in at once and the others in order of arrival", async () => {
    const queue = createQueue({ limit: 2, maxWaiting: 10, model: "m" });
    const order: number[] = [];
    const enter = async (index: number) => {
      const leave = await queue.enter(never);
      order.push(index);
      return leave;
    };
    const entries = [0, 1, 2, 3].map(enter);
    await settled();
    expect(order).toEqual([0, 1]);
    expect(queue).toMatchObject({ running: 2, waiting: 2 });
    (await entries[1])?.();
    await settled();
    expect(order).toEqual([0, 1, 2]);
    (await entries[0])?.();
    (await entries[2])?.();
    (await entries[3])?.();
    expect(order).toEqual([0, 1, 2, 3]);
    expect(queue).toMatchObject({ running: 0, waiting: 0 });
  });

  test("refuses more than may wait, saying how many there are", async () => {
    const queue = createQueue({ limit: 1, maxWaiting: 1, model: "m" });
    await queue.enter(never);
    void queue.enter(never);
    expect(queue.enter(never)).rejects.toMatchObject({
      code: "queue_full",
      status: 429,
      retryAfterSeconds: 5,
      message: expect.stringContaining("1 requests run and 1 wait"),
    });
  });

  test("forgets who gave up waiting", async () => {
    const queue = createQueue({ limit: 1, maxWaiting: 5, model: "m" });
    const leave = await queue.enter(never);
    const stop = new AbortController();
    const gaveUp = queue.enter(stop.signal);
    const patient = queue.enter(never);
    stop.abort(new Error("left"));
    expect(gaveUp).rejects.toThrow("left");
    expect(queue.waiting).toBe(1);
    leave();
    expect(await patient).toBeFunction();
    expect(queue).toMatchObject({ running: 1, waiting: 0 });
  });

  test("takes leaving twice as once", async () => {
    const queue = createQueue({ limit: 1, maxWaiting: 5, model: "m" });
    const leave = await queue.enter(never);
    leave();
    leave();
    expect(queue.running).toBe(0);
  });
});
