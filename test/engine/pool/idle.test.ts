import { describe, expect, test } from "bun:test";
import type { LoadModel } from "../../../src/engine/model/loaded.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { createGate, createTestPool, never, toTarget } from "../../helpers/pool.ts";
import { settled } from "../../helpers/settled.ts";

describe("an idle model", () => {
  test("is unloaded after its time, and the log says why and how long it idled", async () => {
    const { run, loads, lines, pool } = createTestPool({ idleSeconds: 0.02 });
    await run(toTarget("a"));
    expect(await loads[0]?.host.exited).toBeNull();
    await settled();
    expect(pool.status().size).toBe(0);
    const line = lines.find((text) =>
      text.includes("unloading model model=a why=idle running=0 idle_seconds="),
    );
    expect(Number(line?.split("=").at(-1))).toBeGreaterThanOrEqual(0.02);
    await run(toTarget("a"));
    expect(loads).toHaveLength(2);
  });

  test.each([
    ["of its entry: it goes", { idleSeconds: 0.01 }, 0, true],
    ["of its entry, which says never: it stays", { idleSeconds: 0 }, 0.01, false],
    ["of the setting, which says never: it stays", {}, 0, false],
    ["of the setting: it goes", { idleSeconds: null }, 0.01, true],
    ["but is pinned: it stays", { pinned: true, idleSeconds: 0.01 }, 0.01, false],
  ])("has the time %s", async (_, extra, idleSeconds, goes) => {
    const { run, pool, loads } = createTestPool({ idleSeconds });
    await run(toTarget("a", extra));
    expect(pool.status().get("a")?.idleUnloadAt !== null).toBe(goes);
    if (goes) expect(await loads[0]?.host.exited).toBeNull();
  });

  test("that everyone left while it loaded has its time from the end of the load on", async () => {
    const slow = Promise.withResolvers<void>();
    const host = createMemoryHost();
    const load: LoadModel = () => slow.promise.then(() => ({ host, defaults: {} }));
    const { run } = createTestPool({ load, idleSeconds: 0.01 });
    const stop = new AbortController();
    const asking = run(toTarget("a"), { signal: stop.signal });
    await settled();
    stop.abort(new Error("left"));
    await expect(asking).rejects.toThrow("left");
    slow.resolve();
    expect(await host.exited).toBeNull();
  });

  test("is not idle while a request runs", async () => {
    const { gate, open } = createGate();
    const { run, pool } = createTestPool({ idleSeconds: 0.01, host: { gate } });
    await pool.load(toTarget("a"), never, true);
    expect(pool.status().get("a")?.idleUnloadAt).toBeNumber();
    const running = run(toTarget("a"));
    await settled();
    expect(pool.status().get("a")).toMatchObject({ state: "ready", idleUnloadAt: null, running: 1 });
    open();
    expect((await running).at(-1)?.type).toBe("finished");
  });

  test("follows a change of its entry at once, and back", async () => {
    const { run, pool, loads } = createTestPool({ idleSeconds: 1000 });
    await run(toTarget("a"));
    pool.reconcile([toTarget("a", { pinned: true })]);
    expect(pool.status().get("a")?.idleUnloadAt).toBeNull();
    pool.reconcile([toTarget("a")]);
    expect(pool.status().get("a")?.idleUnloadAt).toBeNumber();
    pool.reconcile([toTarget("a", { idleSeconds: 0.01 })]);
    expect(await loads[0]?.host.exited).toBeNull();
    expect(loads).toHaveLength(1);
  });
});

describe("a time that a client asks for", () => {
  test.each([
    ["goes before that of the entry", 0.01, { idleSeconds: 0 }, true],
    ["of 0 unloads it when nobody uses it", 0, { idleSeconds: 1000 }, true],
    ["may be without an end", Number.POSITIVE_INFINITY, { idleSeconds: 0.01 }, false],
    ["does not move a pinned model", 0, { pinned: true }, false],
  ])("%s", async (_, keepSeconds, extra, goes) => {
    const { run, pool, loads } = createTestPool();
    await run(toTarget("a", { ...extra, keepSeconds }));
    if (goes) expect(await loads[0]?.host.exited).toBeNull();
    else expect(pool.status().get("a")).toMatchObject({ state: "ready", idleUnloadAt: null });
  });

  test("waits for the requests that still run", async () => {
    const { gate, open } = createGate();
    const { run, pool, loads } = createTestPool({ host: { gate } });
    const running = run(toTarget("a"));
    await settled();
    await pool.load(toTarget("a", { keepSeconds: 0 }), never, true);
    expect(pool.status().get("a")).toMatchObject({ state: "ready", running: 1 });
    open();
    expect((await running).at(-1)?.type).toBe("finished");
    expect(await loads[0]?.host.exited).toBeNull();
  });

  test("holds for later requests and through a change of the registry, until the model is unloaded", async () => {
    const { run, pool } = createTestPool({ idleSeconds: 1000 });
    await run(toTarget("a", { keepSeconds: Number.POSITIVE_INFINITY }));
    await run(toTarget("a"));
    pool.reconcile([toTarget("a", { idleSeconds: 500 })]);
    expect(pool.status().get("a")?.idleUnloadAt).toBeNull();
    await pool.unload("a", never);
    await run(toTarget("a"));
    expect(pool.status().get("a")?.idleUnloadAt).toBeNumber();
  });
});

describe("load and unload", () => {
  test("load waits until the model is ready, once for all who ask", async () => {
    const { pool, loads } = createTestPool();
    await Promise.all([1, 2, 3].map(() => pool.load(toTarget("a"), never, true)));
    expect(loads).toHaveLength(1);
    expect(pool.status().get("a")).toMatchObject({
      state: "ready",
      engine: "memory",
      loadedAt: expect.any(Number),
      memory: 42,
      running: 0,
    });
  });

  test("unload lets running requests end, then the process is gone", async () => {
    const { gate, open } = createGate();
    const { run, pool, alive } = createTestPool({ host: { gate } });
    const running = run(toTarget("a"));
    await settled();
    const unloaded = pool.unload("a", never);
    await settled();
    expect(alive()).toEqual(["a"]);
    open();
    expect((await running).at(-1)?.type).toBe("finished");
    await unloaded;
    expect(alive()).toEqual([]);
    expect(pool.status().size).toBe(0);
  });

  test("unload of what is not loaded is done at once", async () => {
    await createTestPool().pool.unload("a", never);
  });

  test("unload ends a load that nobody waits for", async () => {
    const ended = Promise.withResolvers<unknown>();
    const load = (_: unknown, signal: AbortSignal) =>
      new Promise<never>((_, reject) => {
        signal.addEventListener("abort", () => {
          ended.resolve(signal.reason);
          reject(signal.reason);
        });
      });
    const { run, pool, lines } = createTestPool({ load });
    const stop = new AbortController();
    const asking = run(toTarget("a"), { signal: stop.signal });
    await settled();
    stop.abort(new Error("left"));
    await expect(asking).rejects.toThrow("left");
    await pool.unload("a", never);
    expect(await ended.promise).toMatchObject({ code: "shutting_down" });
    expect(lines.join("")).not.toContain("cannot load");
  });
});
