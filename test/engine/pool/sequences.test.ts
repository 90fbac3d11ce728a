import { expect, test } from "bun:test";
import type { LoadModel, ModelTarget } from "../../../src/engine/pool/target.ts";
import { OvError } from "../../../src/errors.ts";
import { createFakeMemory } from "../../fakes/memory.ts";
import { createMemoryHost, type MemoryHost } from "../../fakes/memory-host.ts";
import { createTestPool, generate, toTarget } from "../../helpers/pool.ts";
import { createRandom } from "../../helpers/random.ts";

const sequences = 150;
const steps = 60;
const names = ["a", "b", "c"];
/** How a request may end; anything else is a bug of the pool. */
const knownEnds = [
  "answered",
  "left",
  "engine_crashed",
  "model_load_failed",
  "insufficient_memory",
  "queue_full",
  "shutting_down",
];

/** One random life of a pool: whatever happened, it ends with nothing left. */
async function live(seed: number): Promise<void> {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const pick = <T>(items: readonly T[], otherwise: T): T => items[below(items.length)] ?? otherwise;
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

  const hosts: { name: string; host: MemoryHost }[] = [];
  const alive = () => hosts.filter(({ host }) => host.alive);
  /** The names of the models whose processes are not gone; a process that ends takes a while to go. */
  const inMemory: string[] = [];
  const goSlowly = (name: string, host: MemoryHost): Promise<Error | null> =>
    host.exited.then(async (error) => {
      for (let turns = below(4); turns > 0; turns--) await turn();
      inMemory.splice(inMemory.indexOf(name), 1);
      return error;
    });
  /** Some loads fail, and all take a while. */
  const load: LoadModel = async ({ name }, signal) => {
    expect(inMemory).not.toContain(name);
    inMemory.push(name);
    const outcome = random();
    for (let turns = below(4); turns > 0; turns--) await turn();
    if (signal.aborted || outcome < 0.1) {
      inMemory.splice(inMemory.indexOf(name), 1);
      signal.throwIfAborted();
      throw new OvError("model_load_failed", "It is broken.");
    }
    const host = createMemoryHost({ crashesAtOnce: outcome > 0.95 });
    hosts.push({ name, host });
    const { ready, pid, generate, close } = host;
    const exited = goSlowly(name, host);
    const isAlive = () => host.alive;
    return {
      defaults: {},
      host: {
        ready,
        pid,
        generate,
        close,
        exited,
        get alive() {
          return isAlive();
        },
      },
    };
  };
  let time = 0;
  const { pool } = createTestPool({
    load,
    memory: createFakeMemory({ budget: 10, needs: { a: 4, b: 4, c: 7 } }),
    maxConcurrent: 2,
    maxQueue: 4,
    // Each look at the clock takes two seconds, so that cool-downs end.
    now: () => (time += 2_000),
  });

  const entries = new Map(names.map((name): [string, ModelTarget] => [name, toTarget(name)]));
  const target = () => entries.get(pick(names, "a")) ?? toTarget("a");
  const change = () => {
    const { name } = target();
    const idleSeconds = pick([0, 0.001], 0);
    const device = pick(["CPU", "GPU"], "CPU");
    entries.set(name, toTarget(name, { device, idleSeconds, pinned: random() < 0.1 }));
    pool.reconcile([...entries.values()].filter(() => random() < 0.9));
  };
  const ask = async (): Promise<string> => {
    const stop = new AbortController();
    const leaveAfter = random() < 0.3 ? below(6) : 100;
    const patience = random() < 0.3 ? below(10) : 1000;
    const user = { client: pick(["x", "y"], "x"), signal: stop.signal };
    const leave = async () => {
      for (let turns = 0; turns < patience; turns++) await turn();
      stop.abort(new OvError("client_closed_request", "left"));
    };
    if (patience < 1000) void leave();
    let values = 0;
    for await (const _ of pool.use(target(), user, generate(stop.signal))) {
      values += 1;
      if (values > leaveAfter) return "left";
    }
    return "answered";
  };
  const toEnd = (error: unknown) => {
    const code = error instanceof OvError ? error.code : String(error);
    return code === "client_closed_request" ? "left" : code;
  };

  const never = new AbortController().signal;
  const ends: Promise<string>[] = [];
  const act = (does: () => Promise<unknown>) => ends.push(does().then(() => "answered", toEnd));
  for (let step = 0; step < steps; step++) {
    const what = random();
    if (what < 0.55) ends.push(ask().catch(toEnd));
    else if (what < 0.65) act(() => pool.load(target(), never, true));
    else if (what < 0.75) act(() => pool.unload(pick(names, "a"), never));
    else if (what < 0.87) change();
    else pick(alive(), undefined)?.host.crash();
    for (let turns = below(5); turns > 0; turns--) await turn();
  }
  // In half of the lives all requests end by themselves; a lease that was not given back would keep its model.
  if (random() < 0.5) {
    await Promise.all(ends);
    expect([...pool.status().values()].filter(({ running, waiting }) => running + waiting > 0)).toEqual([]);
    pool.reconcile([]);
    await Promise.all(names.map((name) => pool.unload(name, never)));
    expect(pool.status().size).toBe(0);
  }
  await pool.close(pick([0, 30], 0));
  for (const end of await Promise.all(ends)) expect(knownEnds).toContain(end);
  expect(pool.status().size).toBe(0);
  expect([alive(), inMemory]).toEqual([[], []]);
  expect(hosts.map(({ host }) => host.running()).filter((running) => running > 0)).toEqual([]);
}

test("whatever happens to a pool, no request hangs and nothing is left of it", async () => {
  const first = Number(Bun.env.OV_TEST_SEED ?? Date.now() % 1_000_000);
  for (let seed = first; seed < first + sequences; seed++) {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => late.reject(new Error("It hangs.")), 5_000);
    try {
      await Promise.race([live(seed), late.promise]);
    } catch (error) {
      throw new Error(`With OV_TEST_SEED=${seed}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }
}, 60_000);
