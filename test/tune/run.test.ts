import { describe, expect, test } from "bun:test";
import { OvError } from "../../src/errors.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";
import type { Candidate } from "../../src/tune/candidates.ts";
import type { TuneEvent, TuneOptions } from "../../src/tune/options.ts";
import { tune } from "../../src/tune/run.ts";
import { createMemoryHost, type MemoryHost } from "../fakes/memory-host.ts";

const entry: RegistryEntry = { path: "/m", task: "text-generation-with-past", weight_format: "int4" };
const pinned: Candidate = {
  topic: "pinning",
  label: "threads free to move",
  change: ["properties.ENABLE_CPU_PINNING=false"],
};

const idle = { isBusy: false, mark: "" };

interface Faked extends Partial<TuneOptions> {
  candidates?: Candidate[];
  /** How many milliseconds a token takes. */
  speedOf?: (entry: RegistryEntry) => number;
  writes?: (entry: RegistryEntry) => string[] | null;
}

/** A bench whose clock moves with the tokens that are written, so that speed is what a test says. */
function setUp({ candidates = [pinned], speedOf = () => 10, writes = () => null, ...more }: Faked = {}) {
  let now = 0;
  const hosts: MemoryHost[] = [];
  const events: TuneEvent[] = [];
  const most = { alive: 0 };
  const options: TuneOptions = {
    loader: {
      async load(_name, loaded) {
        const own = writes(loaded);
        const host = createMemoryHost({
          contextLength: 2000,
          ...(own && { writes: own }),
          gate: async () => {
            now += speedOf(loaded);
          },
        });
        hosts.push(host);
        most.alive = Math.max(most.alive, hosts.filter(({ alive }) => alive).length);
        return host;
      },
    },
    name: "m",
    entry,
    models: { m: entry },
    hostsAtOnce: 2,
    list: () => ({ candidates, untried: [] }),
    readServer: async () => idle,
    minutes: 60,
    signal: new AbortController().signal,
    clock: () => now,
    report: (event) => events.push(event),
    ...more,
  };
  return { options, hosts, events, most };
}

const isPinned = ({ properties }: RegistryEntry) => properties?.ENABLE_CPU_PINNING !== false;

describe("tune", () => {
  test("finds what is faster, measures it once more, and closes every process", async () => {
    const { options, hosts, most } = setUp({ speedOf: (one) => (isPinned(one) ? 10 : 5) });
    const result = await tune(options);
    expect(result.winner).toMatchObject({
      labels: [pinned.label],
      change: pinned.change,
      judgement: { verdict: "faster" },
      difference: null,
    });
    expect(result.winner?.judgement.gain).toBeCloseTo(1, 1);
    expect([most.alive, hosts.some(({ alive }) => alive)]).toEqual([2, false]);
    // Present, once more for the noise, the candidate, and both again.
    expect(hosts.length).toBe(5);
  });

  test("names what is not clearly faster once more, and keeps the time for it when loads take long", async () => {
    let [now, loads, answers] = [0, 0, 0];
    const { options } = setUp({
      minutes: 3,
      clock: () => now,
      speedOf: (one) => {
        // The fourth and fifth process compare once more: another program runs beside every third answer there.
        const slow = loads > 3 && ++answers % 300 < 100 ? 4 : 1;
        now += (isPinned(one) ? 10 : 5) * slow;
        return 0;
      },
    });
    const { load } = options.loader;
    options.loader = {
      load(...all) {
        loads += 1;
        now += loads > 3 ? 30_000 : 0;
        return load(...all);
      },
    };
    const { winner, unconfirmed } = await tune(options);
    expect(winner).toBeNull();
    expect(unconfirmed).toMatchObject({ labels: [pinned.label], judgement: { verdict: "same" } });
    expect(unconfirmed?.pairs).toBeGreaterThan(3);
  });

  test("of two that are not clearly faster once more, names the one that gains more", async () => {
    let [now, loads, answers] = [0, 0, 0];
    const other: Candidate = { topic: "kv", label: "KV cache in f16", change: ["pinned=true"] };
    const { options } = setUp({
      candidates: [pinned, other],
      clock: () => now,
      speedOf: (one) => {
        // From the fifth process on, another program runs beside every third answer.
        const slow = loads > 4 && ++answers % 300 < 100 ? 4 : 1;
        now += (isPinned(one) ? 10 : 5) * (one.pinned === true ? 0.9 : 1) * slow;
        return 0;
      },
    });
    const { load } = options.loader;
    options.loader = {
      load(...all) {
        loads += 1;
        return load(...all);
      },
    };
    const { winner, unconfirmed } = await tune(options);
    expect(winner).toBeNull();
    expect(unconfirmed?.labels).toEqual([pinned.label, other.label]);
  });

  test("has one process at a time where no two fit", async () => {
    const { options, most, hosts } = setUp({ hostsAtOnce: 1, speedOf: (one) => (isPinned(one) ? 10 : 5) });
    expect((await tune(options)).winner).not.toBeNull();
    // One load more for each pair, as the one that is there always comes first.
    expect([most.alive, hosts.length]).toEqual([1, 12]);
  });

  test("names where another text starts, and keeps what is as fast", async () => {
    const other = Array.from({ length: 300 }, (_, at) => `word${at} `);
    const { options } = setUp({ writes: (one) => (isPinned(one) ? null : other) });
    const { winner, tried } = await tune(options);
    expect(winner).toBeNull();
    expect(tried[0]?.measured).toMatchObject({
      judgement: { verdict: "same" },
      difference: { same_words: 0, changed: expect.stringMatching(/^word0 word1 /) },
    });
  });

  test("does not measure what writes noise", async () => {
    const noise = Array(300).fill("same ");
    const { options } = setUp({ writes: (one) => (isPinned(one) ? null : noise), speedOf: () => 1 });
    const { tried } = await tune(options);
    expect(tried[0]).toMatchObject({ problem: expect.stringContaining("looks like noise"), measured: null });
  });

  test("loads nothing for what cannot be tried", async () => {
    const problem = "Its draft has no copy.";
    const { options, hosts } = setUp({ candidates: [{ ...pinned, problem }] });
    const { tried } = await tune(options);
    expect(tried).toEqual([{ ...pinned, problem, measured: null }]);
    expect(hosts.length).toBe(2);
  });

  test("does not try parts of prompts where prompts fit into one", async () => {
    const candidate = (beyondPrompt: number): Candidate => ({ ...pinned, beyondPrompt });
    const { options } = setUp({ candidates: [candidate(100), candidate(99)], minutes: 0.05 });
    const { tried, size } = await tune(options);
    expect(size.prompt_tokens).toBe(100);
    expect(tried[0]?.problem).toContain("prompts of 100 tokens only, which fit into one part");
    expect(tried[1]?.problem ?? "").not.toContain("prompts of");
  });

  test("goes on where one does not load", async () => {
    const broken: Candidate = { topic: "device", label: "GPU", change: ["device=GPU"] };
    const { options } = setUp({ candidates: [broken, pinned] });
    const { load } = options.loader;
    options.loader = {
      load(name, one, signal) {
        if (one.device === "GPU") throw new OvError("model_load_failed", "It has no driver.");
        return load(name, one, signal);
      },
    };
    const { tried } = await tune(options);
    expect(tried.map(({ problem }) => problem)).toEqual(["It has no driver.", null]);
  });

  test("names what there was no time for", async () => {
    const { options } = setUp({ minutes: 0.01 });
    const { untried, winner } = await tune(options);
    expect(winner).toBeNull();
    expect(untried).toEqual([{ topic: "pinning", why: 'the time was over before "threads free to move"' }]);
  });

  test("measures nothing while the server answers, and gives up when the time is over", async () => {
    let now = 0;
    const { options, events } = setUp({
      readServer: async () => ({ isBusy: true, mark: "" }),
      clock: () => (now += 30_000),
    });
    await expect(tune({ ...options, minutes: 1 })).rejects.toThrow(
      "answered requests for most of the 1 minutes",
    );
    expect(events.some(({ type }) => type === "measuring")).toBe(false);
  });

  test("measures after an answer of the server that took longer than a turn", async () => {
    let [now, asked] = [0, 0];
    const { options } = setUp({
      candidates: Array.from({ length: 8 }, (_, at) => ({ ...pinned, label: `${at}` })),
      // Busy once for 40 s of 5 minutes, of which a turn is 27 s.
      readServer: async () => {
        const isBusy = ++asked === 2;
        if (isBusy) now += 40_000;
        return { isBusy, mark: "" };
      },
      clock: () => (now += 100),
      minutes: 5,
    });
    expect((await tune(options)).tried.some(({ measured }) => measured !== null)).toBe(true);
  });

  test("drops pairs that an answer of the server disturbed", async () => {
    let asked = 0;
    // Idle before the first pair, busy after it, idle from then on.
    const { options } = setUp({ readServer: async () => ({ isBusy: ++asked === 3, mark: "" }) });
    const { tried, disturbed } = await tune(options);
    expect([tried[0]?.measured?.pairs, disturbed]).toEqual([3, 1]);
  });

  test("drops pairs during which the server has answered, although it is idle again", async () => {
    let asked = 0;
    const { options } = setUp({ readServer: async () => ({ isBusy: false, mark: ++asked < 3 ? "1" : "2" }) });
    expect((await tune(options)).disturbed).toBe(1);
  });

  test("leaves nothing running when it is stopped", async () => {
    const stop = new AbortController();
    const { options, hosts } = setUp({
      signal: stop.signal,
      readServer: async () => {
        if (hosts.length > 1) stop.abort(new Error("stopped"));
        return idle;
      },
    });
    await expect(tune(options)).rejects.toThrow("stopped");
    expect(hosts.some(({ alive }) => alive)).toBe(false);
  });
});
