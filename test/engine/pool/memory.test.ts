import { describe, expect, test } from "bun:test";
import { createFakeMemory } from "../../fakes/memory.ts";
import { createGate, createTestPool, never, type TestPoolOptions, toTarget } from "../../helpers/pool.ts";
import { settled } from "../../helpers/settled.ts";
import { standStill } from "../../helpers/stand-still.ts";

/** 10 bytes for all models; a and b take 4, c 5, big 9, huge 11. */
function createSmallPool(options: TestPoolOptions = {}) {
  const needs = { a: 4, b: 4, c: 5, big: 9, huge: 11, pin: 4 };
  let time = 0;
  const now = () => time++;
  return createTestPool({ memory: createFakeMemory({ budget: 10, needs }), now, ...options });
}

describe("a pool with little memory", () => {
  test("keeps what fits, and unloads the least recently used idle model for another one", async () => {
    const { run, alive, lines } = createSmallPool();
    await run(toTarget("a"));
    await run(toTarget("b"));
    expect(alive()).toEqual(["a", "b"]);
    await run(toTarget("a"));
    await run(toTarget("c"));
    expect(alive()).toEqual(["a", "c"]);
    expect(lines.join("")).toMatch(/unloading model model=b why=memory for=c running=0 idle_seconds=[\d.]+/);
  });

  test("never unloads a pinned model for another one", async () => {
    const { run, alive } = createSmallPool();
    await run(toTarget("pin", { pinned: true }));
    await run(toTarget("a"));
    await run(toTarget("c"));
    expect(alive()).toEqual(["pin", "c"]);
  });

  test("loads a model without speculation where it fits only so, and reports that", async () => {
    const { run, loads, lines } = createSmallPool();
    const speculation = { kind: "prompt-lookup" } as const;
    await run(toTarget("c", { speculation }));
    await run(toTarget("big", { speculation }));
    expect(loads.map(({ target }) => target.speculation)).toEqual([speculation, null]);
    expect(lines.join("")).toMatch(/served without speculation: .*18 B.* model=big/);
    await expect(run(toTarget("huge", { speculation }))).rejects.toMatchObject({
      code: "insufficient_memory",
      message: expect.stringContaining("11 B"),
    });
  });

  test("refuses what can never fit, with the numbers and what helps", async () => {
    const { run, loads, alive } = createSmallPool();
    await run(toTarget("a"));
    await expect(run(toTarget("huge"))).rejects.toMatchObject({
      code: "insufficient_memory",
      status: 503,
      retryAfterSeconds: undefined,
      message: expect.stringMatching(/"huge" needs about 11 B.* all models may take .* OV_MEMORY_BUDGET/),
    });
    expect(loads).toHaveLength(1);
    expect(alive()).toEqual(["a"]);
  });

  test("names the pinned models that are in the way", async () => {
    const { run } = createSmallPool();
    await run(toTarget("pin", { pinned: true }));
    await expect(run(toTarget("big"))).rejects.toThrow(/of which pinned models hold: "pin" 4 B\./);
  });

  test("waits for a running model's requests, and gives those that come later their turn after it", async () => {
    const { gate, open } = createGate();
    const { run, pool, loads, alive } = createSmallPool({ host: { gate } });
    const running = run(toTarget("a"));
    await settled();
    const big = run(toTarget("big"));
    await settled();
    const later = run(toTarget("a"));
    await settled();
    expect(alive()).toEqual(["a"]);
    expect(pool.status().get("big")?.state).toBe("loading");
    open();
    for (const done of [running, big, later]) expect((await done).at(-1)?.type).toBe("finished");
    expect(loads.map(({ target }) => target.name)).toEqual(["a", "big", "a"]);
    expect(alive()).toEqual(["a"]);
  });

  test("lets a small model in while a large one waits only if both fit in the end", async () => {
    const { gate, open } = createGate();
    const { run, alive } = createTestPool({
      host: { gate },
      memory: createFakeMemory({ budget: 10, needs: { a: 5, mid: 6, tiny: 2, small: 5 } }),
    });
    const all = [run(toTarget("a"))];
    await settled();
    all.push(run(toTarget("mid")));
    await settled();
    all.push(run(toTarget("tiny")), run(toTarget("small")));
    await settled();
    expect(alive()).toEqual(["a", "tiny"]);
    open();
    for (const done of all) expect((await done).at(-1)?.type).toBe("finished");
  });

  test("models that want each other's memory take turns, and every request is answered", async () => {
    const { run, loads, alive } = createSmallPool({ maxQueue: 40 });
    const names = ["a", "big", "b", "big", "c", "a", "big"];
    const all = Array.from({ length: 40 }, (_, index) => run(toTarget(names[index % names.length] ?? "a")));
    for (const done of all) expect((await done).at(-1)?.type).toBe("finished");
    expect(loads.length).toBeLessThan(12);
    const held = { a: 4, b: 4, c: 5, big: 9 };
    const sum = alive().reduce((total, name) => total + held[name as keyof typeof held], 0);
    expect(sum).toBeLessThanOrEqual(10);
  });

  test("a wait for memory ends with the time, and the model may be asked again", async () => {
    const { gate, open } = createGate();
    const { run, pool } = createSmallPool({ host: { gate }, queueSeconds: 0.2 });
    const running = run(toTarget("a"));
    await settled();
    await expect(run(toTarget("big"))).rejects.toMatchObject({
      code: "insufficient_memory",
      retryAfterSeconds: 30,
      message: expect.stringContaining("OV_QUEUE_SECONDS"),
    });
    expect(pool.status().has("big")).toBeFalse();
    open();
    await running;
    expect((await run(toTarget("big"))).at(-1)?.type).toBe("finished");
  });

  test("a wait for memory does not count the time that the server stands still", async () => {
    const { gate, open } = createGate();
    const { run } = createSmallPool({ host: { gate }, queueSeconds: 0.2 });
    const running = run(toTarget("a"));
    await settled();
    const waits = run(toTarget("big"));
    await settled();
    await standStill(800);
    open();
    await running;
    expect((await waits).at(-1)?.type).toBe("finished");
  });

  test("a model that nobody waits for any more takes nobody's memory", async () => {
    const { gate, open } = createGate();
    const { run, loads, pool } = createSmallPool({ host: { gate } });
    const running = run(toTarget("a"));
    await settled();
    const stop = new AbortController();
    const big = run(toTarget("big"), { signal: stop.signal });
    await settled();
    stop.abort(new Error("left"));
    await expect(big).rejects.toThrow("left");
    await settled();
    expect([...pool.status().keys()]).toEqual(["a"]);
    open();
    await running;
    expect(loads).toHaveLength(1);
  });

  test("closes at once for who waits for memory or a load, and lets the others end", async () => {
    const { gate, open } = createGate();
    const { run, pool, alive } = createSmallPool({ host: { gate } });
    const running = run(toTarget("a"));
    await settled();
    const waiting = run(toTarget("big"));
    await settled();
    const closed = pool.close(30);
    await expect(waiting).rejects.toMatchObject({ code: "shutting_down" });
    open();
    expect((await running).at(-1)?.type).toBe("finished");
    await closed;
    expect(alive()).toEqual([]);
  });

  test("a preload never unloads another model", async () => {
    const { pool, alive } = createSmallPool();
    await pool.load(toTarget("a"), never, false);
    await pool.load(toTarget("b"), never, false);
    await expect(pool.load(toTarget("c"), never, false)).rejects.toMatchObject({
      code: "insufficient_memory",
      message: expect.stringContaining(`loaded models hold: "a" 4 B, "b" 4 B.`),
    });
    expect(alive()).toEqual(["a", "b"]);
    await pool.load(toTarget("c"), never, true);
    expect(alive()).toEqual(["b", "c"]);
  });
});
