import type { Host } from "../engine/supervise/types.ts";
import { createSanityCheck, toCountRequest } from "../library/sanity.ts";
import { measureWriting, type Speed, type Writing } from "../library/speed.ts";
import type { TrialLoader } from "../library/trial.ts";
import { untilIdle } from "../linux/process-cpu.ts";
import type { RegistryEntry } from "../registry/schema.ts";

const mostRestMs = 60_000;

export interface BenchOptions {
  loader: Pick<TrialLoader, "load">;
  name: string;
  /** How many processes with the model there may be at once. */
  hostsAtOnce: 1 | 2;
  signal: AbortSignal;
  /** Milliseconds. */
  clock: () => number;
}

/** The model in processes of its own, one for each way to run it, as few as must be. */
export interface Bench {
  /** Loads it if it is not. Throws what keeps it from running so. */
  open(entry: RegistryEntry): Promise<Opened>;
  isOpen(entry: RegistryEntry): boolean;
  write(entry: RegistryEntry, writing: Writing): Promise<Speed>;
  /** Ends the process of that way, if there is one. */
  drop(entry: RegistryEntry): Promise<void>;
  close(): Promise<void>;
}

export interface Opened {
  host: Host;
  /** Why what it writes cannot be trusted, as a clause; null: no reason is known. */
  doubt: string | null;
}

export function createBench({ loader, name, hostsAtOnce, signal, clock }: BenchOptions): Bench {
  const opened = new Map<RegistryEntry, Opened>();

  async function drop(entry: RegistryEntry): Promise<void> {
    const one = opened.get(entry);
    opened.delete(entry);
    await one?.host.close();
  }

  async function open(entry: RegistryEntry): Promise<Opened> {
    const there = opened.get(entry);
    if (there !== undefined) return there;
    // The oldest one but the first: that is compared with all others.
    while (opened.size >= hostsAtOnce) {
      const [first, second] = opened.keys();
      const last = second ?? first;
      if (last !== undefined) await drop(last);
    }
    const host = await loader.load(name, entry, signal);
    const one = { host, doubt: null };
    opened.set(entry, one);
    const warm = { host, doubt: await warmUp(host, signal) };
    opened.set(entry, warm);
    // What it puts in order after its first answer would slow down both. A device's driver may never rest.
    await untilIdle(host.pid, signal, mostRestMs);
    return warm;
  }

  return {
    open,
    isOpen: (entry) => opened.has(entry),
    drop,
    async write(entry, writing) {
      const { host } = await open(entry);
      return await measureWriting(host, writing, signal, clock);
    },
    async close() {
      await Promise.all([...opened.keys()].map(drop));
    },
  };
}

/** The first answer compiles what the load did not; it also shows whether the model writes language. */
async function warmUp(host: Host, signal: AbortSignal): Promise<string | null> {
  const sanity = createSanityCheck();
  const request = toCountRequest(host.ready.capabilities);
  for await (const event of host.run("generate", request, signal)) sanity.see(event);
  return sanity.findDoubt();
}
