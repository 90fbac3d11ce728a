import { expect, test } from "bun:test";
import type { LoadedModel, LoadModel } from "../../../src/engine/model/loaded.ts";
import type { Pool } from "../../../src/engine/pool/pool.ts";
import { OvError } from "../../../src/errors.ts";
import { createFakeMemory } from "../../fakes/memory.ts";
import { createMemoryHost, type MemoryHost } from "../../fakes/memory-host.ts";
import { createTestPool, generate, never, toTarget } from "../../helpers/pool.ts";
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

function createDice(seed: number) {
  const random = createRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  return {
    chance: (share: number) => random() < share,
    below,
    pick: <T>(items: readonly T[], otherwise: T): T => items[below(items.length)] ?? otherwise,
    /** Lets up to so many turns of the event loop pass. */
    async wait(turns: number): Promise<void> {
      for (let left = below(turns + 1); left > 0; left--) {
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}
type Dice = ReturnType<typeof createDice>;

/** Loads that take a while and sometimes fail, of processes that take a while to go and sometimes crash at once. */
function createLoads({ chance, wait }: Dice) {
  const hosts: MemoryHost[] = [];
  /** The models whose processes are not gone. */
  const inMemory = new Set<string>();

  async function start(name: string, signal: AbortSignal): Promise<LoadedModel> {
    await wait(3);
    signal.throwIfAborted();
    if (chance(0.1)) throw new OvError("model_load_failed", "It is broken.");
    const lingers = async () => {
      await wait(3);
      inMemory.delete(name);
    };
    const host = createMemoryHost({ crashesAtOnce: chance(0.05), lingers });
    hosts.push(host);
    return { host, defaults: {} };
  }

  const load: LoadModel = async ({ name }, signal) => {
    if (inMemory.has(name)) throw new Error(`Two processes of ${name} are in memory.`);
    inMemory.add(name);
    return start(name, signal).catch((error) => {
      inMemory.delete(name);
      throw error;
    });
  };
  return { load, hosts, inMemory, alive: () => hosts.filter(({ alive }) => alive) };
}

/** The registry of a random life. */
function createEntries({ chance, pick, below }: Dice) {
  const entries = new Map(names.map((name) => [name, toTarget(name)]));
  return {
    pick: () => entries.get(pick(names, "a")) ?? toTarget("a"),
    /** Changes one entry; returns all but those that are missing for a while. */
    change() {
      const name = pick(names, "a");
      const device = pick(["CPU", "GPU"], "CPU");
      entries.set(name, toTarget(name, { device, idleSeconds: below(2) / 1000, pinned: chance(0.1) }));
      return [...entries.values()].filter(() => chance(0.9));
    },
  };
}

/** One request: it may leave after some values, or be ended by its signal at any time. */
async function ask(pool: Pool, entries: ReturnType<typeof createEntries>, dice: Dice): Promise<string> {
  const stop = new AbortController();
  const mostValues = dice.chance(0.3) ? dice.below(6) : Number.POSITIVE_INFINITY;
  if (dice.chance(0.3)) {
    void dice.wait(10).then(() => stop.abort(new OvError("client_closed_request", "left")));
  }
  const user = { client: dice.pick(["x", "y"], "x"), signal: stop.signal };
  let values = 0;
  for await (const _ of pool.use(entries.pick(), user, generate(stop.signal))) {
    values += 1;
    if (values > mostValues) return "left";
  }
  return "answered";
}

function toEnd(error: unknown): string {
  if (!(error instanceof OvError)) return String(error);
  return error.code === "client_closed_request" ? "left" : error.code;
}

/** One random life of a pool: whatever happened, nothing is left at its end. */
async function live(seed: number): Promise<void> {
  const dice = createDice(seed);
  const { load, hosts, inMemory, alive } = createLoads(dice);
  const entries = createEntries(dice);
  let time = 0;
  // Each look at the clock takes two seconds, so that cool-downs end.
  const now = () => (time += 2_000);
  const memory = createFakeMemory({ budget: 10, needs: { a: 4, b: 4, c: 7 } });
  const { pool } = createTestPool({ load, memory, maxConcurrent: 2, maxQueue: 4, now });

  const ends: Promise<string>[] = [];
  const note = (work: Promise<unknown>) =>
    void ends.push(work.then((end) => (typeof end === "string" ? end : "answered"), toEnd));
  const actions = [
    ...Array(5).fill(() => note(ask(pool, entries, dice))),
    () => note(pool.load(entries.pick(), never, dice.chance(0.5))),
    () => note(pool.unload(dice.pick(names, "a"), never)),
    () => pool.reconcile(entries.change()),
    () => dice.pick(alive(), undefined)?.crash(),
  ];
  for (let step = 0; step < steps; step++) {
    dice.pick(actions, () => {})();
    await dice.wait(4);
  }
  // In half of the lives everything ends by itself; a lease that was not given back would keep its model.
  if (dice.chance(0.5)) {
    await Promise.all(ends);
    pool.reconcile([]);
    await Promise.all(names.map((name) => pool.unload(name, never)));
    expect(pool.status().size).toBe(0);
  }
  await pool.close(dice.pick([0, 30], 0));
  for (const end of await Promise.all(ends)) expect(knownEnds).toContain(end);
  expect([pool.status().size, alive().length, inMemory.size]).toEqual([0, 0, 0]);
  expect(hosts.filter(({ running }) => running() > 0)).toEqual([]);
}

test("whatever happens to a pool, no request hangs and nothing is left of it", async () => {
  const first = Number(Bun.env.OV_TEST_SEED ?? Date.now() % 1_000_000);
  for (let seed = first; seed < first + sequences; seed++) {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(() => late.reject(new Error("It hangs.")), 120_000);
    await Promise.race([live(seed), late.promise])
      .catch((cause) => {
        throw new Error(`With OV_TEST_SEED=${seed}: ${cause}`, { cause });
      })
      .finally(() => clearTimeout(timer));
  }
}, 180_000);
