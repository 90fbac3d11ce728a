import { describe, expect, test } from "bun:test";
import { createQueue, type QueueOptions } from "../../../src/engine/pool/queue.ts";
import { settled } from "../../helpers/settled.ts";
import { standStill } from "../../helpers/stand-still.ts";

const never = new AbortController().signal;

const createTestQueue = (options: Partial<QueueOptions>) =>
  createQueue({ limit: 1, maxWaiting: 10, waitSeconds: 30, model: "m", ...options });

describe("the queue", () => {
  test("lets its limit in at once and the others in order of arrival", async () => {
    const queue = createTestQueue({ limit: 2, maxWaiting: 10 });
    const order: number[] = [];
    const enter = async (index: number) => {
      const leave = await queue.enter("someone", never);
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
    const queue = createTestQueue({ limit: 1, maxWaiting: 1 });
    const leave = await queue.enter("someone", never);
    const waits = queue.enter("someone", never);
    await expect(queue.enter("someone", never)).rejects.toMatchObject({
      code: "queue_full",
      status: 429,
      retryAfterSeconds: 5,
      message: expect.stringContaining("1 requests run and 1 wait"),
    });
    leave();
    (await waits)();
  });

  test("forgets who gave up waiting", async () => {
    const queue = createTestQueue({ limit: 1, maxWaiting: 5 });
    const leave = await queue.enter("someone", never);
    const stop = new AbortController();
    const gaveUp = queue.enter("someone", stop.signal);
    const patient = queue.enter("someone", never);
    stop.abort(new Error("left"));
    expect(gaveUp).rejects.toThrow("left");
    expect(queue.waiting).toBe(1);
    leave();
    expect(await patient).toBeFunction();
    expect(queue).toMatchObject({ running: 1, waiting: 0 });
  });

  test("refuses all who wait and all who come once it is closed, in the order of their turns", async () => {
    const queue = createTestQueue({});
    const leave = await queue.enter("first", never);
    const refused: string[] = [];
    const enter = (client: string, id: string) =>
      queue.enter(client, never).catch(({ message }) => refused.push(`${id}: ${message}`));
    const all = [enter("a", "a1"), enter("a", "a2"), enter("b", "b1")];
    await settled();
    queue.close(new Error("closed"));
    await settled();
    await Promise.all([...all, enter("c", "late")]);
    expect(refused).toEqual(["a1: closed", "b1: closed", "a2: closed", "late: closed"]);
    expect(queue).toMatchObject({ running: 1, waiting: 0 });
    leave();
    expect(queue.running).toBe(0);
  });

  test("takes leaving twice as once", async () => {
    const queue = createTestQueue({ limit: 1, maxWaiting: 5 });
    const leave = await queue.enter("someone", never);
    leave();
    leave();
    expect(queue.running).toBe(0);
  });

  describe("with several clients", () => {
    /** Enters in this order, one letter a client, then lets one after the other through: who came in. */
    async function follow(clients: string, options: Partial<QueueOptions> = {}): Promise<string> {
      const queue = createTestQueue(options);
      const first = await queue.enter("first", never);
      let order = "";
      const all = [...clients].map(async (client) => {
        const leave = await queue.enter(client, never);
        order += client;
        leave();
      });
      first();
      await Promise.all(all);
      expect(queue).toMatchObject({ running: 0, waiting: 0 });
      return order;
    }

    test.each([
      ["aaab", "abaa"],
      ["aaabbb", "ababab"],
      ["aaabcbc", "abcabca"],
      ["abc", "abc"],
      ["aaaa", "aaaa"],
    ])("that come as %s they go in as %s", async (came, went) => expect(await follow(came)).toBe(went));

    test("one that sends a hundred does not hold up another one", async () => {
      const order = await follow(`${"a".repeat(100)}b`, { maxWaiting: 200 });
      expect(order.indexOf("b")).toBe(1);
    });

    test("a full line loses the newest of who has the most in it", async () => {
      const queue = createTestQueue({ maxWaiting: 3 });
      const leave = await queue.enter("first", never);
      const [one, two, three] = [0, 1, 2].map(() => queue.enter("a", never));
      const other = queue.enter("b", never);
      await expect(three).rejects.toMatchObject({ code: "queue_full", status: 429 });
      await expect(queue.enter("a", never)).rejects.toMatchObject({ code: "queue_full" });
      expect(queue.waiting).toBe(3);
      leave();
      for (const next of [one, other, two]) (await next)?.();
      expect(queue).toMatchObject({ running: 0, waiting: 0 });
    });
  });

  test("does not count the time that the server stands still", async () => {
    const queue = createTestQueue({ waitSeconds: 0.2 });
    const leave = await queue.enter("a", never);
    const waits = queue.enter("a", never);
    await standStill(800);
    leave();
    expect(await waits).toBeFunction();
  });

  test("ends a wait that lasts too long, and keeps the others", async () => {
    const queue = createTestQueue({ waitSeconds: 0.01 });
    const leave = await queue.enter("a", never);
    await expect(queue.enter("a", never)).rejects.toMatchObject({
      code: "queue_timeout",
      status: 503,
      retryAfterSeconds: 30,
      message: expect.stringContaining("OV_QUEUE_SECONDS"),
    });
    expect(queue).toMatchObject({ running: 1, waiting: 0 });
    leave();
    expect(await queue.enter("a", never)).toBeFunction();
  });
});
