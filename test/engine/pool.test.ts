import { describe, expect, test } from "bun:test";
import type { PoolEvent } from "../../src/engine/pool.ts";
import { createPool, type LoadModel, type ModelTarget, type PoolOptions } from "../../src/engine/pool.ts";
import { OvError } from "../../src/errors.ts";
import { createMemoryHost, type MemoryHost, type MemoryHostOptions } from "../fakes/memory-host.ts";
import { createTestLog } from "../helpers/log.ts";
import { settled } from "../helpers/settled.ts";
import { toRequest } from "./conformance.ts";

const target = (name: string, extra: Partial<ModelTarget> = {}): ModelTarget => ({
  name,
  path: `/models/${name}`,
  device: "CPU",
  contextLength: null,
  engine: "auto",
  properties: {},
  ...extra,
});
const never = new AbortController().signal;

interface Options extends Partial<PoolOptions> {
  host?: MemoryHostOptions;
}

/** A pool over hosts in memory; `hosts` in the order of their loads. */
function createTestPool({ host, ...options }: Options = {}) {
  const hosts: MemoryHost[] = [];
  const targets: ModelTarget[] = [];
  const { log, lines } = createTestLog();
  const load: LoadModel = async (wanted) => {
    targets.push(wanted);
    const made = createMemoryHost(host);
    hosts.push(made);
    return { host: made, defaults: { temperature: 0.5 } };
  };
  const pool = createPool({ load, maxConcurrent: 4, maxQueue: 10, log, ...options });
  const run = async (
    wanted: ModelTarget,
    signal = never,
    content = "Hi",
    maxTokens = 4,
  ): Promise<PoolEvent[]> => {
    const events: PoolEvent[] = [];
    const build = () => toRequest(content, { max_tokens: maxTokens, ignore_eos: true });
    for await (const event of pool.generate(wanted, build, signal)) events.push(event);
    return events;
  };
  return { pool, run, hosts, targets, lines };
}

/** A gate that holds every token back until it is opened. */
function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { gate: () => promise, open: resolve };
}

describe("the pool", () => {
  test("loads a model once for requests that come together, and keeps it", async () => {
    const { run, hosts, pool, lines } = createTestPool();
    await Promise.all([run(target("a")), run(target("a")), run(target("a"))]);
    await run(target("a"));
    expect(hosts).toHaveLength(1);
    expect(pool.status().get("a")).toMatchObject({ state: "ready", device: "CPU", contextLength: 64 });
    expect(lines.filter((line) => line.includes("loaded model"))).toHaveLength(1);
  });

  test("tells the model first, then the host's events", async () => {
    const { run } = createTestPool();
    const events = await run(target("a"));
    expect(events.map(({ type }) => type)).toEqual([
      "model",
      "started",
      "text",
      "text",
      "text",
      "text",
      "finished",
    ]);
    expect(events[0]).toMatchObject({ fingerprint: expect.stringMatching(/^fp_[0-9a-f]{12}$/) });
  });

  test("hands the model's limits to who builds the request", async () => {
    const { pool } = createTestPool();
    let seen: unknown;
    const build = (model: unknown) => {
      seen = model;
      return toRequest("Hi", { max_tokens: 1 });
    };
    for await (const _ of pool.generate(target("a"), build, never));
    expect(seen).toMatchObject({ ready: { context_length: 64 }, defaults: { temperature: 0.5 } });
  });

  test("runs no more than its bound at once; the rest waits in order", async () => {
    const { gate, open } = createGate();
    const { run, pool, hosts } = createTestPool({ maxConcurrent: 2, host: { gate } });
    const all = [1, 2, 3, 4, 5].map(() => run(target("a")));
    await settled();
    expect(hosts[0]?.running()).toBe(2);
    expect(pool.status().get("a")).toMatchObject({ running: 2, waiting: 3 });
    open();
    expect((await Promise.all(all)).map((events) => events.at(-1)?.type)).toEqual(Array(5).fill("finished"));
    expect(pool.status().get("a")).toMatchObject({ running: 0, waiting: 0 });
  });

  test("one model's load does not hold up another model", async () => {
    const slow = Promise.withResolvers<void>();
    const { log } = createTestLog();
    const pool = createPool({
      load: async ({ name }) => {
        if (name === "slow") await slow.promise;
        return { host: createMemoryHost(), defaults: {} };
      },
      maxConcurrent: 1,
      maxQueue: 1,
      log,
    });
    const ask = async (name: string) => {
      for await (const _ of pool.generate(target(name), () => toRequest("Hi", { max_tokens: 1 }), never));
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
    const { run, hosts, targets, pool } = createTestPool({ host: { gate } });
    const old = run(target("a"));
    await settled();
    const other = run(target("a", { path: "/models/new" }));
    await settled();
    expect(hosts).toHaveLength(1);
    expect(pool.status().get("a")?.state).toBe("loading");
    open();
    expect((await old).at(-1)?.type).toBe("finished");
    expect((await other).at(-1)?.type).toBe("finished");
    expect(targets.map(({ path }) => path)).toEqual(["/models/a", "/models/new"]);
    expect(await hosts[0]?.exited).toBeNull();
    expect(hosts[1]?.alive).toBeTrue();
  });

  test("retires an idle model at once", async () => {
    const { run, hosts, pool } = createTestPool();
    await run(target("a"));
    pool.retire("a");
    expect(await hosts[0]?.exited).toBeNull();
    await settled();
    expect(pool.status().size).toBe(0);
  });

  test("a crash fails what runs; the next request loads the model again", async () => {
    const { gate } = createGate();
    const { run, hosts, lines } = createTestPool({ host: { gate } });
    const running = run(target("a"));
    await settled();
    hosts[0]?.crash();
    await expect(running).rejects.toMatchObject({ code: "engine_crashed" });
    const stop = new AbortController();
    const next = run(target("a"), stop.signal);
    await settled();
    expect(hosts).toHaveLength(2);
    expect(lines.join("")).toContain("error The engine ended unexpectedly. model=a");
    stop.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });

  test("a request whose client leaves frees its place and its turn in the queue", async () => {
    const { gate } = createGate();
    const { run, hosts, pool } = createTestPool({ maxConcurrent: 1, host: { gate } });
    const [first, second] = [new AbortController(), new AbortController()];
    const running = run(target("a"), first.signal);
    const waiting = run(target("a"), second.signal);
    await settled();
    second.abort(new Error("left the queue"));
    await expect(waiting).rejects.toThrow("left the queue");
    first.abort(new Error("left the answer"));
    await expect(running).rejects.toThrow("left the answer");
    expect(pool.status().get("a")).toMatchObject({ running: 0, waiting: 0 });
    expect(hosts[0]?.running()).toBe(0);
  });

  test("a client that leaves during the load does not end it", async () => {
    const slow = Promise.withResolvers<void>();
    const host = createMemoryHost();
    const { log } = createTestLog();
    const load: LoadModel = () => slow.promise.then(() => ({ host, defaults: {} }));
    const pool = createPool({ load, maxConcurrent: 1, maxQueue: 1, log });
    const stop = new AbortController();
    const asking = pool.generate(target("a"), () => toRequest("Hi"), stop.signal).next();
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
      const { log } = createTestLog();
      const load: LoadModel = async () => {
        loads += 1;
        throw error;
      };
      const pool = createPool({ load, maxConcurrent: 1, maxQueue: 1, log, now: () => time });
      const ask = (wanted = target("a")) => pool.generate(wanted, () => toRequest("Hi"), never).next();
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

    test("tries a changed entry, and a retired one, at once", async () => {
      const { ask, loads, pool } = createFailing(broken);
      await expect(ask()).rejects.toThrow();
      await expect(ask(target("a", { path: "/elsewhere" }))).rejects.toThrow();
      expect(loads()).toBe(2);
      pool.retire("a");
      await expect(ask()).rejects.toThrow();
      expect(loads()).toBe(3);
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
      const { run, hosts, pool } = createTestPool({ host: { gate } });
      const running = run(target("a"));
      await settled();
      const closed = pool.close(30);
      await expect(run(target("a"))).rejects.toMatchObject({ code: "shutting_down" });
      open();
      expect((await running).at(-1)?.type).toBe("finished");
      await closed;
      expect(hosts.map(({ alive }) => alive)).toEqual([false]);
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
