import { describe, expect, test } from "bun:test";
import { createFakeMemory } from "../../fakes/memory.ts";
import { createGate, createTestPool, never, toTarget } from "../../helpers/pool.ts";
import { settled } from "../../helpers/settled.ts";

const few = { held: 3, bytes: 50 };

describe("a process that holds grammars", () => {
  test.each([
    ["within the bounds stays", few, 1],
    ["of too many bytes is replaced once it is idle", { held: 3, bytes: 101 }, 2],
    ["of too many grammars is replaced once it is idle", { held: 1001, bytes: 50 }, 2],
  ])("%s", async (_, grammars, loaded) => {
    const { run, loads, pool, lines } = createTestPool({ grammarMemory: 100 });
    await pool.load(toTarget("a"), never, true);
    loads[0]?.host.hold(grammars);
    await run(toTarget("a"));
    await settled();
    expect(loads).toHaveLength(loaded);
    expect(pool.status().get("a")).toMatchObject({ state: "ready" });
    const why = lines.filter((text) => text.includes("why=grammars"));
    expect(why).toHaveLength(loaded - 1);
  });

  test("is replaced only when no request runs, and then at once", async () => {
    const { gate, open } = createGate();
    const { run, loads, pool } = createTestPool({ grammarMemory: 100, host: { gate } });
    await pool.load(toTarget("a"), never, true);
    const first = run(toTarget("a"));
    const stop = new AbortController();
    const second = run(toTarget("a"), { signal: stop.signal });
    await settled();
    loads[0]?.host.hold({ held: 1, bytes: 150 });
    stop.abort(new Error("left"));
    await expect(second).rejects.toThrow("left");
    await settled();
    expect(loads).toHaveLength(1);
    open();
    expect((await first).at(-1)?.type).toBe("finished");
    await settled();
    expect(loads).toHaveLength(2);
  });

  test("of twice the bound takes no more requests, even if it is never idle", async () => {
    const { gate, open } = createGate();
    const { run, loads, pool } = createTestPool({ grammarMemory: 100, host: { gate } });
    await pool.load(toTarget("a"), never, true);
    const first = run(toTarget("a"));
    const stop = new AbortController();
    const second = run(toTarget("a"), { signal: stop.signal });
    await settled();
    loads[0]?.host.hold({ held: 1, bytes: 201 });
    stop.abort(new Error("left"));
    await expect(second).rejects.toThrow("left");
    const third = run(toTarget("a"));
    await settled();
    expect(pool.status().get("a")?.state).toBe("loading");
    open();
    await Promise.all([first, third]);
    expect(loads).toHaveLength(2);
  });

  test("is not loaded again when its client wants it unloaded after use", async () => {
    const { run, loads, pool } = createTestPool({ grammarMemory: 100 });
    const target = toTarget("a", { keepSeconds: 0 });
    await pool.load(toTarget("a"), never, true);
    loads[0]?.host.hold({ held: 1, bytes: 101 });
    await run(target);
    await settled();
    expect(loads).toHaveLength(1);
    expect(pool.status().size).toBe(0);
  });

  test("counts with their memory: another model that needs it evicts", async () => {
    const memory = createFakeMemory({ budget: 100, needs: { a: 50, b: 40 } });
    const { run, alive, loads } = createTestPool({ grammarMemory: 100, memory });
    await run(toTarget("a"));
    loads[0]?.host.hold({ held: 2, bytes: 11 });
    await run(toTarget("b"));
    expect(alive()).toEqual(["b"]);
  });
});
