import { readdirSync, readFileSync } from "node:fs";

/** What /proc tells of processes (proc(5)). */

/** The kernel's clock ticks are 10 ms on every Linux that we run on. */
const ticksPerSecond = 100;

/** CPU time of a process with all its threads, ended ones too, in steps of 10 ms. */
export function readCpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The program's name, in brackets, may hold spaces; utime and stime are fields 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
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
