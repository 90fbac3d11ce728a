import type { Figure } from "./goals.ts";
import { type Memory, readMemory, readThreadTimes, toUsedMs } from "./processes.ts";
import { round } from "./statistics.ts";

const residentGoalMb = 100;
/** For each minute, and so for each of the processes. */
const cpuGoalMsPerMinute = 20;
/** After the last work: collectors of garbage and pools of threads come to rest. */
const settleSeconds = 5;

export interface IdleReport {
  seconds: number;
  processes: { name: string; memory: Memory; cpuMs: number }[];
}

/** What processes take while nobody asks anything; all are watched at the same time. `pids` by name. */
export async function measureIdle(pids: Record<string, number>, seconds: number): Promise<IdleReport> {
  await Bun.sleep(settleSeconds * 1000);
  const before = Object.entries(pids).map(([name, pid]) => ({ name, pid, times: readThreadTimes(pid) }));
  await Bun.sleep(seconds * 1000);
  return {
    seconds,
    processes: before.map(({ name, pid, times }) => ({
      name,
      memory: readMemory(pid),
      cpuMs: round(toUsedMs(times, readThreadTimes(pid))),
    })),
  };
}

/** `unloaded`: the name of the daemon without a model, whose memory has a goal. */
export function toIdleFigures({ seconds, processes }: IdleReport, unloaded: string): Figure[] {
  const atMost = round((cpuGoalMsPerMinute * seconds) / 60);
  return processes.flatMap(({ name, memory, cpuMs }): Figure[] => [
    {
      name: `${name}: resident (${round(memory.anonymousMb)} MB of it anonymous)`,
      value: round(memory.residentMb),
      unit: "MB",
      ...(name === unloaded && { goal: { atMost: residentGoalMb } }),
    },
    { name: `${name}: CPU in ${seconds} idle seconds`, value: cpuMs, unit: "ms", goal: { atMost } },
  ]);
}
