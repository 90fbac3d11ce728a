import { describe, expect, test } from "bun:test";
import type { LoadModel } from "../../../src/engine/model/loaded.ts";
import type { ModelTarget } from "../../../src/engine/model/target.ts";
import { OvError } from "../../../src/errors.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { createGate, createTestPool, toTarget as target } from "../../helpers/pool.ts";
import { settled } from "../../helpers/settled.ts";

describe("the pool", () => {
  test("loads a model once for requests that come together, and keeps it", async () => {
    const { run, loads, pool, lines } = createTestPool();
    await Promise.all([run(target("a")), run(target("a")), run(target("a"))]);
    await run(target("a"));
    expect(loads).toHaveLength(1);
    expect(pool.status().get("a")).toMatchObject({ state: "ready", device: "CPU", contextLength: 64 });
    expect(lines.filter((line) => line.includes("loaded model"))).toHaveLength(1);
  });

  test("runs no more than its bound at once; the rest waits in order", async () => {
    const { gate, open } = createGate();
    const { run, pool, loads } = createTestPool({ maxConcurrent: 2, host: { gate } });
    const all = [1, 2, 3, 4, 5].map(() => run(target("a")));
    await settled();
    expect(loads[0]?.host.running()).toBe(2);
    expect(pool.status().get("a")).toMatchObject({ running: 2, waiting: 3 });
    open();
    expect((await Promise.all(all)).map((events) => events.at(-1)?.type)).toEqual(Array(5).fill("finished"));
    expect(pool.status().get("a")).toMatchObject({ running: 0, waiting: 0 });
  });

  test("one model's load does not hold up another model", async () => {
    const slow = Promise.withResolvers<void>();
    const { pool, run } = createTestPool({
      load: async ({ name }) => {
        if (name === "slow") await slow.promise;
        return { host: createMemoryHost(), defaults: {} };
      },
    });
    const ask = async (name: string) => {
      await run(target(name));
      return name;
    };
    const waiting = ask("slow");
    expect(await ask("quick")).toBe("quick");
    expect(pool.status().get("slow")?.state).toBe("loading");
    slow.resolve();
    expect(await waiting).toBe("slow");
  });

  test("lets running requests of a changed entry end on the old process, and loads the new one after", async () => {
    const { gate, open } = createGate();
    const { run, loads, pool } = createTestPool({ host: { gate } });
    const old = run(target("a"));
    await settled();
    const other = run(target("a", { path: "/models/new" }));
    await settled();
    expect(loads).toHaveLength(1);
    expect(pool.status().get("a")?.state).toBe("loading");
    open();
    expect((await old).at(-1)?.type).toBe("finished");
    expect((await other).at(-1)?.type).toBe("finished");
    expect(loads.map(({ target }) => target.path)).toEqual(["/models/a", "/models/new"]);
    expect(await loads[0]?.host.exited).toBeNull();
    expect(loads[1]?.host.alive).toBeTrue();
  });

  test("a crash fails what runs; the next request loads the model again", async () => {
    const { gate } = createGate();
    const { run, loads, lines } = createTestPool({ host: { gate } });
    const running = run(target("a"));
    await settled();
    loads[0]?.host.crash();
    await expect(running).rejects.toMatchObject({ code: "engine_crashed" });
    const stop = new AbortController();
    const next = run(target("a"), { signal: stop.signal });
    await settled();
    expect(loads).toHaveLength(2);
    expect(lines.join("")).toContain("error The engine ended unexpectedly. model=a");
    stop.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });

  test("a crash leaves those alone that wait for their turn: the next engine answers them, in order", async () => {
    const ends: string[] = [];
    const gate = () => (ends.length === 0 ? new Promise<void>(() => {}) : Promise.resolve());
    const { run, loads, pool } = createTestPool({ maxConcurrent: 1, host: { gate } });
    const ask = async (client: string) => {
      await run(target("a"), { client }).then(
        () => ends.push(client),
        ({ code }) => ends.push(code),
      );
    };
    const all = ["first", "second", "third"].map(ask);
    await settled();
    loads[0]?.host.crash();
    await Promise.all(all);
    expect(ends).toEqual(["engine_crashed", "second", "third"]);
    expect(loads).toHaveLength(2);
    expect(pool.status().get("a")).toMatchObject({ state: "ready", running: 0, waiting: 0 });
  });

  test("a request whose engine ends before it took the prompt is tried on the next ones, three times in all", async () => {
    const { run, loads } = createTestPool({ host: { crashesAtOnce: true } });
    await expect(run(target("a"))).rejects.toMatchObject({ code: "engine_crashed" });
    expect(loads).toHaveLength(3);
  });

  test("who waits for an engine of a changed entry is not brought to the next one", async () => {
    const { gate } = createGate();
    const { run, loads, pool } = createTestPool({ maxConcurrent: 1, host: { gate } });
    const all = [run(target("a")), run(target("a"))];
    await settled();
    pool.reconcile([target("a", { device: "GPU" })]);
    const ends = Promise.all(all.map((one) => one.catch(({ code }) => code)));
    loads[0]?.host.crash();
    expect(await ends).toEqual(["engine_crashed", "engine_crashed"]);
    expect(loads).toHaveLength(1);
  });

  test("a request whose client leaves frees its place and its turn in the queue", async () => {
    const { gate } = createGate();
    const { run, loads, pool } = createTestPool({ maxConcurrent: 1, host: { gate } });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = run(target("a"), { signal: first.signal });
    const waiting = run(target("a"), { signal: second.signal });
    await settled();
    second.abort(new Error("left the queue"));
    await expect(waiting).rejects.toThrow("left the queue");
    first.abort(new Error("left the answer"));
    await expect(running).rejects.toThrow("left the answer");
    expect(pool.status().get("a")).toMatchObject({ running: 0, waiting: 0 });
    expect(loads[0]?.host.running()).toBe(0);
  });

  test("a client that leaves during the load does not end it", async () => {
    const slow = Promise.withResolvers<void>();
    const host = createMemoryHost();
    const load: LoadModel = () => slow.promise.then(() => ({ host, defaults: {} }));
    const { pool, run } = createTestPool({ load });
    const stop = new AbortController();
    const asking = run(target("a"), { signal: stop.signal });
    await settled();
    stop.abort(new Error("left"));
    await expect(asking).rejects.toThrow("left");
    slow.resolve();
    await settled();
    expect(pool.status().get("a")?.state).toBe("ready");
  });

  describe("after a load that failed", () => {
    function createFailing(error: OvError) {
      let time = 0;
      let loads = 0;
      const load: LoadModel = async () => {
        loads += 1;
        throw error;
      };
      const { pool, run } = createTestPool({ load, now: () => time });
      const ask = (wanted: ModelTarget = target("a")) => run(wanted);
      return { ask, loads: () => loads, pass: (ms: number) => (time += ms), pool };
    }
    const broken = new OvError("model_load_failed", "It is broken.");

    test("cools down 10 s, then twice as long, with the seconds left", async () => {
      const { ask, loads, pass } = createFailing(broken);
      await expect(ask()).rejects.toMatchObject({ code: "model_load_failed", retryAfterSeconds: 10 });
      pass(4_000);
      await expect(ask()).rejects.toMatchObject({ message: "It is broken.", retryAfterSeconds: 6 });
      expect(loads()).toBe(1);
      pass(6_001);
      await expect(ask()).rejects.toMatchObject({ retryAfterSeconds: 20 });
      expect(loads()).toBe(2);
    });

    test("tries a changed entry, and one that was removed meanwhile, at once", async () => {
      const { ask, loads, pool } = createFailing(broken);
      await expect(ask()).rejects.toThrow();
      await expect(ask(target("a", { path: "/elsewhere" }))).rejects.toThrow();
      expect(loads()).toBe(2);
      pool.reconcile([]);
      await expect(ask()).rejects.toThrow();
      expect(loads()).toBe(3);
    });

    test("goes on with the cool-down of an entry that stays as it was", async () => {
      const { ask, loads, pool } = createFailing(broken);
      await expect(ask()).rejects.toThrow();
      pool.reconcile([target("a", { pinned: true })]);
      await expect(ask()).rejects.toMatchObject({ retryAfterSeconds: 10 });
      expect(loads()).toBe(1);
    });

    test("is known until the entry changes, and whether it cools down", async () => {
      const { ask, pass, pool } = createFailing(broken);
      await expect(ask()).rejects.toThrow();
      expect(pool.failures().get("a")).toEqual({ reason: "It is broken.", cooling: true });
      pass(10_001);
      expect(pool.failures().get("a")).toEqual({ reason: "It is broken.", cooling: false });
      pool.reconcile([target("a", { path: "/elsewhere" })]);
      expect(pool.failures().size).toBe(0);
    });

    test("answers 503, whatever the reason", async () => {
      const { ask } = createFailing(new OvError("engine_failed", "Another protocol."));
      const failure = { status: 503, code: "model_load_failed", message: "Another protocol." };
      await expect(ask()).rejects.toMatchObject({ ...failure, retryAfterSeconds: 10 });
    });

    test("looks at a wrong path again each time", async () => {
      const { ask, loads } = createFailing(new OvError("model_path_invalid", "Nothing there."));
      await expect(ask()).rejects.toMatchObject({ retryAfterSeconds: undefined });
      await expect(ask()).rejects.toThrow("Nothing there.");
      expect(loads()).toBe(2);
    });
  });

  describe("when it closes", () => {
    test("lets running requests end, ends the processes, takes no more", async () => {
      const { gate, open } = createGate();
      const { run, alive, pool } = createTestPool({ host: { gate } });
      const running = run(target("a"));
      await settled();
      const closed = pool.close(30);
      await expect(run(target("a"))).rejects.toMatchObject({ code: "shutting_down" });
      open();
      expect((await running).at(-1)?.type).toBe("finished");
      await closed;
      expect(alive()).toEqual([]);
    });

    test("ends what still runs when its time is up", async () => {
      const { gate } = createGate();
      const { run, pool } = createTestPool({ host: { gate } });
      const running = run(target("a"));
      await settled();
      const closed = pool.close(0.01);
      await expect(running).rejects.toMatchObject({ code: "shutting_down" });
      await closed;
    });
  });
});
