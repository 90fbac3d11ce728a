import { describe, expect, test } from "bun:test";
import type { Lease } from "../../../src/engine/pool/lease.ts";
import { createGate, createTestPool, generate, never, toTarget } from "../../helpers/pool.ts";
import { settled } from "../../helpers/settled.ts";

const user = { client: "someone", signal: never };
const idle = { state: "ready", running: 0, waiting: 0 };

describe("a lease", () => {
  test("holds the loaded model and its fingerprint; the work's values are passed on", async () => {
    const { pool } = createTestPool();
    const leases: Lease[] = [];
    const values = pool.use(toTarget("a"), user, async function* (lease) {
      leases.push(lease);
      yield* generate()(lease);
    });
    expect((await Array.fromAsync(values)).map(({ type }) => type)).toEqual([
      "started",
      ...Array(4).fill("text"),
      "finished",
    ]);
    expect(leases).toMatchObject([
      {
        fingerprint: expect.stringMatching(/^fp_[0-9a-f]{12}$/),
        model: { host: { ready: { context_length: 64 } }, defaults: { temperature: 0.5 } },
      },
    ]);
    expect(pool.status().get("a")?.model).toBe(leases[0]?.model ?? null);
  });

  test("has another fingerprint for another way to run the model", async () => {
    const { pool } = createTestPool();
    const print = async (device: string) => {
      const work = async function* ({ fingerprint }: Lease) {
        yield fingerprint;
      };
      return (await Array.fromAsync(pool.use(toTarget("a", { device }), user, work)))[0];
    };
    const first = await print("CPU");
    expect(await print("CPU")).toBe(first);
    expect(await print("GPU")).not.toBe(first);
  });

  test("is not taken before somebody reads", async () => {
    const { pool } = createTestPool();
    pool.use(toTarget("a"), user, generate());
    await settled();
    expect(pool.status().size).toBe(0);
  });

  test("is given back when its consumer leaves the loop early, and the work ends", async () => {
    const { pool, loads } = createTestPool({ maxConcurrent: 1 });
    let ended = false;
    const work = async function* (lease: Lease) {
      try {
        yield* generate()(lease);
      } finally {
        ended = true;
      }
    };
    for await (const { type } of pool.use(toTarget("a"), user, work)) if (type === "text") break;
    expect(ended).toBeTrue();
    expect(loads[0]?.host.running()).toBe(0);
    expect(pool.status().get("a")).toMatchObject(idle);
  });

  test.each([
    ["before its first value", 0],
    ["after its first value", 1],
  ])("is given back when the work throws %s, and the work is not run again", async (_, values) => {
    const { pool, loads } = createTestPool({ maxConcurrent: 1 });
    let runs = 0;
    const work = async function* () {
      runs += 1;
      for (let value = 0; value < values; value++) yield value;
      throw new Error("broken");
    };
    const seen: number[] = [];
    const read = async () => {
      for await (const value of pool.use(toTarget("a"), user, work)) seen.push(value);
    };
    await expect(read()).rejects.toThrow("broken");
    expect([runs, seen.length, loads.length]).toEqual([1, values, 1]);
    expect(pool.status().get("a")).toMatchObject(idle);
  });

  test.each([
    ["before its first value is run again on the next engine", 0, [0, 1]],
    ["after its first value is not: its values would come twice", 1, [0]],
  ])("of work whose engine crashes %s", async (_, before, expected) => {
    const { pool, loads } = createTestPool();
    const engines: number[] = [];
    const work = async function* ({ model }: Lease) {
      engines.push(loads.findIndex(({ host }) => host === model.host));
      for (let value = 0; value < before; value++) yield value;
      if (loads.length === 1) loads[0]?.host.crash();
      if (!model.host.alive) throw new Error("crashed");
      yield "done";
    };
    const read = Array.fromAsync(pool.use(toTarget("a"), user, work));
    if (before === 0) expect(await read).toEqual(["done"]);
    else await expect(read).rejects.toThrow("crashed");
    expect(engines).toEqual(expected);
    await settled();
    expect([...pool.status().values()].every(({ running }) => running === 0)).toBeTrue();
  });

  test("two operations at once share one loaded model", async () => {
    const { gate, open } = createGate();
    const { pool, loads } = createTestPool({ host: { gate } });
    const count = async function* ({ model }: Lease) {
      yield model.host.ready.context_length;
    };
    const text = Array.fromAsync(pool.use(toTarget("a"), user, generate()));
    await settled();
    const counting = pool.use(toTarget("a"), user, count);
    expect(await counting.next()).toEqual({ done: false, value: 64 });
    expect(pool.status().get("a")).toMatchObject({ running: 2, waiting: 0 });
    expect(await counting.next()).toEqual({ done: true, value: undefined });
    open();
    expect((await text).at(-1)?.type).toBe("finished");
    expect(loads).toHaveLength(1);
    expect(pool.status().get("a")).toMatchObject(idle);
  });

  test("of a crashed engine holds up nobody who waits, even when its consumer does not read", async () => {
    const { pool, run, loads } = createTestPool({ maxConcurrent: 1 });
    const slow = pool.use(toTarget("a"), user, generate());
    await slow.next();
    const waiting = run(toTarget("a"));
    await settled();
    expect(pool.status().get("a")).toMatchObject({ running: 1, waiting: 1 });
    loads[0]?.host.crash();
    expect((await waiting).at(-1)?.type).toBe("finished");
    expect(loads).toHaveLength(2);
    await slow.return(undefined);
    expect(pool.status().get("a")).toMatchObject(idle);
  });
});
