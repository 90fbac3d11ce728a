import { readProcStat } from "./proc.ts";

/** The kernel's clock ticks are 10 ms on every Linux that we run on. */
export const ticksPerSecond = 100;
const lookMs = 300;
const idleSeconds = 0.01;

/** CPU time of a process with all its threads, ended ones too (proc_pid_stat(5)); null: there is no such process. */
export function readCpuSeconds(pid: number): number | null {
  const [user, system] = readProcStat(pid).slice(11, 13).map(Number);
  return user === undefined || system === undefined ? null : (user + system) / ticksPerSecond;
}

/** Resolves once a process does nothing, is gone, or has been waited for so long, in milliseconds. Throws the signal's reason. */
export async function untilIdle(
  pid: number,
  signal: AbortSignal,
  mostMs = Number.POSITIVE_INFINITY,
): Promise<void> {
  const end = performance.now() + mostMs;
  for (let before = readCpuSeconds(pid); before !== null; ) {
    signal.throwIfAborted();
    await Bun.sleep(lookMs);
    const now = readCpuSeconds(pid);
    if (now === null || now - before <= idleSeconds || performance.now() > end) return;
    before = now;
  }
}
