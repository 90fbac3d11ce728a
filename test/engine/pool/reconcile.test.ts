import { describe, expect, test } from "bun:test";
import { createGate, createTestPool, never, toTarget } from "../../helpers/pool.ts";
import { settled } from "../../helpers/settled.ts";

describe("reconcile", () => {
  test.each([
    ["a changed device", [toTarget("a", { device: "GPU" })]],
    ["another conversion at its path", [toTarget("a", { convertedAt: "2026-11-25" })]],
    ["other files at its path", [toTarget("a", { files: "other" })]],
    ["a removed entry", [toTarget("b")]],
  ])("ends the idle process of %s", async (_, targets) => {
    const { run, loads, pool, lines } = createTestPool();
    await run(toTarget("a"));
    pool.reconcile(targets);
    expect(await loads[0]?.host.exited).toBeNull();
    await settled();
    expect(pool.status().size).toBe(0);
    expect(lines.join("")).toContain("unloading model model=a why=changed");
  });

  test.each([
    ["is unchanged", {}],
    ["is pinned now", { pinned: true }],
    ["stays longer now", { idleSeconds: 5 }],
  ])("keeps the process of an entry that %s", async (_, extra) => {
    const { run, loads, pool } = createTestPool();
    await run(toTarget("a"));
    pool.reconcile([toTarget("b"), toTarget("a", extra)]);
    await settled();
    expect(pool.status().get("a")?.state).toBe("ready");
    await run(toTarget("a", extra));
    expect(loads).toHaveLength(1);
  });

  test("an unchanged entry keeps its idle timer as it runs", async () => {
    const { run, pool, loads } = createTestPool({ idleSeconds: 0.05 });
    await run(toTarget("a"));
    const again = setInterval(() => pool.reconcile([toTarget("a"), toTarget("b")]), 5);
    expect(await loads[0]?.host.exited).toBeNull();
    clearInterval(again);
  });

  test("lets running requests finish, and those that wait for their turn with them", async () => {
    const { gate, open } = createGate();
    const { run, loads, pool } = createTestPool({ maxConcurrent: 1, host: { gate } });
    const all = [run(toTarget("a")), run(toTarget("a"))];
    await settled();
    pool.reconcile([toTarget("a", { device: "GPU" })]);
    expect(pool.status().get("a")).toMatchObject({ state: "draining", running: 1, waiting: 1 });
    const next = run(toTarget("a", { device: "GPU" }));
    await settled();
    expect(loads).toHaveLength(1);
    open();
    for (const one of [...all, next]) expect((await one).at(-1)?.type).toBe("finished");
    expect(loads.map(({ target }) => target.device)).toEqual(["CPU", "GPU"]);
  });

  test("ends the wait for memory of a removed entry once nobody waits for it", async () => {
    const { run, pool, loads } = createTestPool();
    const stop = new AbortController();
    const asking = run(toTarget("a"), { signal: stop.signal });
    pool.reconcile([]);
    stop.abort(new Error("left"));
    await expect(asking).rejects.toThrow("left");
    await pool.unload("a", never);
    expect([pool.status().size, loads.filter(({ host }) => host.alive).length]).toEqual([0, 0]);
  });

  test("three versions of an entry that are asked for at once are loaded one after the other", async () => {
    const { run, loads, alive } = createTestPool();
    const devices = ["CPU", "GPU", "NPU"];
    const all = devices.map((device) => run(toTarget("a", { device })));
    for (const one of all) expect((await one).at(-1)?.type).toBe("finished");
    expect(loads.map(({ target }) => target.device)).toEqual(devices);
    expect(alive()).toEqual(["a"]);
  });
});
