import { readFileSync } from "node:fs";
import { countDescriptors } from "../helpers/processes.ts";
import { readSamples } from "../helpers/samples.ts";
import type { TestServer } from "../helpers/server.ts";

/** What a fault may not leave behind in the daemon. */
export interface State {
  residentMb: number;
  descriptors: number;
  /** Sums over the models. */
  running: number;
  waiting: number;
  cacheUsage: number;
}

/**
 * What the daemon's resident memory may grow by, beside 2 %, in MB: the heap of Bun keeps pages. Measured: a daemon of 73 MB after its
 * first answers takes up to 107 MB amid a fault and is back at 77 to 78 MB some seconds after it, four faults in a row.
 */
const allowanceMb = 16;

export async function readState(server: TestServer): Promise<State> {
  const response = await fetch(`${server.url}/metrics`, { keepalive: false });
  const samples = [...readSamples(await response.text())];
  const sum = (name: string) =>
    samples
      .filter(([key]) => key === name || key.startsWith(`${name}{`))
      .reduce((total, [, value]) => total + value, 0);
  // The connection of this very question is closed in a moment.
  const descriptors = await settle(() => countDescriptors(server.pid));
  const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
  return {
    residentMb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024,
    descriptors,
    running: sum("ov_llm_num_requests_running"),
    waiting: sum("ov_llm_num_requests_waiting"),
    cacheUsage: sum("ov_llm_kv_cache_usage_perc"),
  };
}

/** The first state of which that is true; throws when none is in so many seconds. */
export async function reach(
  server: TestServer,
  holds: (state: State) => boolean,
  seconds = 120,
): Promise<State> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const state = await readState(server);
    if (holds(state)) return state;
    if (performance.now() > end)
      throw new Error(`Not within ${seconds} s: ${holds}, ${JSON.stringify(state)}`);
  }
}

/** The state to compare with later: nothing runs or waits, and the engines have said so. */
export function readRest(server: TestServer): Promise<State> {
  return reach(server, ({ running, waiting, cacheUsage }) => running + waiting + cacheUsage === 0);
}

/** What of `now` has not returned to `before`, as sentences; the same models must be loaded. `allowance` in MB, beside 2 %. */
export function findLeaks(before: State, now: State, allowance = allowanceMb): string[] {
  const leaks: string[] = [];
  for (const key of ["descriptors", "running", "waiting", "cacheUsage"] as const) {
    if (now[key] !== before[key]) leaks.push(`${key}: ${before[key]} before, ${now[key]} now`);
  }
  const most = before.residentMb * 1.02 + allowance;
  if (now.residentMb > most) {
    leaks.push(
      `resident memory: ${before.residentMb.toFixed(1)} MB before, ${now.residentMb.toFixed(1)} MB now`,
    );
  }
  return leaks;
}

/** Waits until nothing is left behind; throws with what is, after so many seconds. */
export async function returnsTo(before: State, server: TestServer, seconds = 120): Promise<State> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const now = await readState(server);
    const leaks = findLeaks(before, now);
    if (leaks.length === 0) return now;
    if (performance.now() > end) throw new Error(`Left behind after ${seconds} s: ${leaks.join("; ")}`);
  }
}

/** A number once it has been the same for a quarter of a second. */
async function settle(read: () => number): Promise<number> {
  let [value, times] = [read(), 0];
  while (times < 5) {
    await Bun.sleep(50);
    const next = read();
    times = next === value ? times + 1 : 0;
    value = next;
  }
  return value;
}
