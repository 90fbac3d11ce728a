import type { LoadModel } from "../../src/engine/model/loaded.ts";
import type { ModelTarget } from "../../src/engine/model/target.ts";
import type { Lease } from "../../src/engine/pool/lease.ts";
import { createPool, type PoolOptions } from "../../src/engine/pool/pool.ts";
import type { GenerationEvent } from "../../src/protocol/generate.ts";
import { createFakeMemory } from "../fakes/memory.ts";
import { createMemoryHost, type MemoryHost, type MemoryHostOptions } from "../fakes/memory-host.ts";
import { toRequest } from "./engine-request.ts";
import { createTestLog } from "./log.ts";

export const toTarget = (name: string, extra: Partial<ModelTarget> = {}): ModelTarget => ({
  name,
  path: `/models/${name}`,
  task: "text-generation-with-past",
  device: "CPU",
  contextLength: null,
  engine: "auto",
  properties: {},
  ...extra,
});

export const never = new AbortController().signal;

export interface TestPoolOptions extends Partial<PoolOptions> {
  host?: MemoryHostOptions;
}

export interface TestLoad {
  target: ModelTarget;
  host: MemoryHost;
}

/** A pool over hosts in memory, which never unloads for idleness by itself; `loads` in their order. */
export function createTestPool({ host, ...options }: TestPoolOptions = {}) {
  const loads: TestLoad[] = [];
  const { log, lines } = createTestLog();
  const load: LoadModel = async (target) => {
    const made = createMemoryHost(host);
    loads.push({ target, host: made });
    return { host: made, defaults: { temperature: 0.5 } };
  };
  const pool = createPool({
    load,
    memory: createFakeMemory(),
    maxConcurrent: 4,
    maxQueue: 10,
    queueSeconds: 120,
    idleSeconds: 0,
    grammarMemory: 2 ** 20,
    log,
    ...options,
  });

  async function run(
    target: ModelTarget,
    { signal = never, client = "someone" }: { signal?: AbortSignal; client?: string } = {},
  ): Promise<GenerationEvent[]> {
    return await Array.fromAsync(pool.use(target, { signal, client }, generate(signal)));
  }

  return {
    pool,
    run,
    lines,
    loads,
    /** The names of the models whose processes run, in the order of their loads. */
    alive: () => loads.filter(({ host }) => host.alive).map(({ target }) => target.name),
  };
}

/** Work of four tokens, for a lease. */
export const generate =
  (signal: AbortSignal = never) =>
  ({ model }: Lease) =>
    model.host.run("generate", toRequest("Hi", { max_tokens: 4, ignore_eos: true }), signal);

/** A gate that holds every token back until it is opened. */
export function createGate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { gate: () => promise, open: resolve };
}
