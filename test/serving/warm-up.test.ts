import { describe, expect, test } from "bun:test";
import { createEvents } from "../../src/serving/events.ts";
import { createWarmUp, type PrefixesStore, type WarmReport } from "../../src/serving/warm-up.ts";
import { createMemoryHost, type MemoryHostOptions } from "../fakes/memory-host.ts";
import { toRequest } from "../helpers/engine-request.ts";

const system = "river stone music ".repeat(100);

interface GroundOptions extends MemoryHostOptions {
  warmPrefixes?: number;
  store?: PrefixesStore;
  engine?: string;
}

function createGround({ warmPrefixes = 2, engine = "batching", store, ...options }: GroundOptions = {}) {
  const host = createMemoryHost({ contextLength: 4096, ...options });
  const loaded = { host: { ...host, alive: true, ready: { ...host.ready, engine } }, defaults: {} };
  const events = createEvents();
  const reports: WarmReport[] = [];
  const warmed = Promise.withResolvers<void>();
  let quiet: (() => void) | null = null;
  const warmUp = createWarmUp({
    warmPrefixes,
    pool: { peek: () => loaded },
    events,
    ...(store && { store }),
    onWarmed: (report) => {
      reports.push(report);
      warmed.resolve();
    },
    later: (run) => {
      quiet = run;
      return () => {
        quiet = null;
      };
    },
  });
  const ask = (prompt: string) => {
    const leave = warmUp.enter("small");
    warmUp.note("small", { ...request, prompt });
    leave();
  };
  const load = () =>
    events.publish({
      topic: "model",
      type: "loaded",
      model: "small",
      seconds: 1,
      pid: 1,
      device: "CPU",
      engine: "batching",
    });
  /** The moment without requests is over. */
  const passQuiet = () => {
    const run = quiet;
    quiet = null;
    run?.();
    return run !== null;
  };
  return { host, events, warmUp, reports, warmed: warmed.promise, ask, load, passQuiet };
}

const request = toRequest("", { prompt: "", max_tokens: 4 });

describe("prompt prefixes after a load", () => {
  test("are computed in a quiet moment", async () => {
    const { host, ask, load, passQuiet, warmed, reports } = createGround();
    for (const question of ["house", "bread"]) ask(system + question);
    expect(passQuiet()).toBe(false);
    load();
    expect(passQuiet()).toBe(true);
    await warmed;
    expect(host.asked.map(({ prompt }) => prompt)).toEqual([system]);
    expect(reports).toMatchObject([{ model: "small", prefixes: 1 }]);
  });

  test("wait until no request is there", () => {
    const { warmUp, ask, load, passQuiet } = createGround();
    for (const question of ["house", "bread"]) ask(system + question);
    const leave = warmUp.enter("small");
    load();
    expect(passQuiet()).toBe(false);
    leave();
    expect(passQuiet()).toBe(true);
  });

  test("make way for a request at once, and are computed after it", async () => {
    const gate = Promise.withResolvers<void>();
    const { host, warmUp, ask, load, passQuiet, warmed } = createGround({ gate: () => gate.promise });
    for (const question of ["house", "bread"]) ask(system + question);
    load();
    passQuiet();
    expect(host.running()).toBe(1);
    const leave = warmUp.enter("small");
    await Bun.sleep(0);
    expect(host.running()).toBe(0);
    gate.resolve();
    leave();
    expect(passQuiet()).toBe(true);
    await warmed;
    expect(host.asked).toHaveLength(2);
  });

  test("that the model refuses are left out, and not tried again", async () => {
    const { warmUp, ask, load, passQuiet, warmed, reports } = createGround({ contextLength: 16 });
    for (const question of ["house", "bread"]) ask(system + question);
    load();
    passQuiet();
    await warmed;
    expect(reports).toMatchObject([{ prefixes: 0, tokens: 0 }]);
    warmUp.enter("small")();
    expect(passQuiet()).toBe(false);
  });

  test("are forgotten when the model's entry changes", () => {
    const { events, ask, load, passQuiet } = createGround();
    for (const question of ["house", "bread"]) ask(system + question);
    events.publish({ topic: "registry", type: "changed", added: [], changed: ["small"], removed: [] });
    load();
    expect(passQuiet()).toBe(false);
  });

  test("are not kept where nobody asked for them", () => {
    const { ask, load, passQuiet } = createGround({ warmPrefixes: 0 });
    for (const question of ["house", "bread"]) ask(system + question);
    load();
    expect(passQuiet()).toBe(false);
  });

  test("are kept when a model is unloaded, and computed by the next server", async () => {
    const stored: ReturnType<PrefixesStore["read"]>[] = [];
    const store: PrefixesStore = {
      read: () => stored.at(-1) ?? {},
      write: (models) => stored.push(models),
    };
    const { events, ask } = createGround({ store });
    for (const question of ["house", "bread"]) ask(system + question);
    events.publish({ topic: "model", type: "unloaded", model: "small", reason: "idle" });
    expect(stored).toEqual([{ small: [{ text: system, uses: 2 }] }]);
    const next = createGround({ store });
    next.load();
    next.passQuiet();
    await next.warmed;
    expect(next.host.asked.map(({ prompt }) => prompt)).toEqual([system]);
  });

  test("are left to the requests on an engine that would not stop for one", () => {
    const { host, ask, load, passQuiet } = createGround({ engine: "native" });
    for (const question of ["house", "bread"]) ask(system + question);
    load();
    passQuiet();
    expect(host.asked).toEqual([]);
  });

  test("leave out prompts with pictures, and those that differ in each request", () => {
    const { warmUp, load, passQuiet } = createGround();
    for (const question of ["house", "bread"]) {
      warmUp.note("small", { ...request, prompt: `${system}CUT${question}`, cut: "CUT" });
      warmUp.note("small", {
        ...request,
        prompt: system + question,
        images: [{ path: "/x", at: "messages" }],
      });
      warmUp.note("small", { ...request, prompt: system + question, add_special_tokens: true });
    }
    load();
    expect(passQuiet()).toBe(false);
  });
});
