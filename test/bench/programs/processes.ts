import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { readProcStat } from "../../../src/linux/proc.ts";
import { ticksPerSecond, untilIdle } from "../../../src/linux/process-cpu.ts";

/** What /proc tells of processes (proc(5)). */

/** CPU time of a process with all its threads, ended ones too, in steps of 10 ms. */
export function readCpuSeconds(pid: number): number {
  return sumTicks(pid, "utime", "stime");
}

/** The same of this process with the processes that it started, theirs too, once they have ended. */
function readOwnCpuSeconds(): number {
  return sumTicks(process.pid, "utime", "stime", "cutime", "cstime");
}

const statFields = { utime: 11, stime: 12, cutime: 13, cstime: 14 };

function sumTicks(pid: number, ...names: (keyof typeof statFields)[]): number {
  const fields = readProcStat(pid);
  return names.reduce((sum, name) => sum + Number(fields[statFields[name]]), 0) / ticksPerSecond;
}

/**
 * Resolves when a server and its hosts do nothing: what a host does in its idle moments would otherwise be measured with what
 * runs beside it.
 */
export async function whenQuiet(pid: number): Promise<void> {
  const { signal } = new AbortController();
  await Promise.all([pid, ...findChildren(pid)].map((one) => untilIdle(one, signal)));
}

/**
 * Watches what share of the machine others take, 0 to 1, from now until the function is called. What this process started has to
 * have ended by then.
 */
export function watchOthers(): () => number {
  const read = () => ({
    machine: readMachineCpuSeconds(),
    own: readOwnCpuSeconds(),
    at: performance.now() / 1000,
  });
  const before = read();
  return () => {
    const after = read();
    const used = after.machine - before.machine - (after.own - before.own);
    return Math.max(0, used / ((after.at - before.at) * availableParallelism()));
  };
}

/** CPU time of the whole machine, without idle time, in seconds. */
export function readMachineCpuSeconds(): number {
  const [, user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8").split(/\s+/);
  return (
    [user, nice, system, irq, softirq, steal].reduce((sum, ticks) => sum + Number(ticks), 0) / ticksPerSecond
  );
}

/** CPU time of each thread in nanoseconds: what ticks are too coarse for. */
export function readThreadTimes(pid: number): Map<string, number> {
  const tasks = `/proc/${pid}/task`;
  return new Map(
    readdirSync(tasks).map((thread) => {
      const [running] = readFileSync(`${tasks}/${thread}/schedstat`, "utf8").split(" ");
      return [thread, Number(running)];
    }),
  );
}

/** What the threads used between two readings, in milliseconds. */
export function toUsedMs(before: Map<string, number>, after: Map<string, number>): number {
  let nanoseconds = 0;
  for (const [thread, time] of after) nanoseconds += time - (before.get(thread) ?? 0);
  return nanoseconds / 1e6;
}

export interface Memory {
  residentMb: number;
  /** The part that is not a file's pages, which programs share. */
  anonymousMb: number;
}

/** Megabytes of 1024 * 1024 bytes. */
export function readMemory(pid: number): Memory {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
  return { residentMb: field("VmRSS"), anonymousMb: field("RssAnon") };
}

export function findChildren(pid: number): number[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).flatMap((thread) =>
    readFileSync(`${tasks}/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
}
