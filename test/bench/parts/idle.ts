import type { Figure } from "../measuring/goals.ts";
import { round } from "../measuring/statistics.ts";
import { type Memory, readMemory, readThreadTimes, toUsedMs } from "../programs/processes.ts";

const residentGoalMb = 100;
/** For each minute, and so for each of the processes. */
const cpuGoalMsPerMinute = 20;
/**
 * After the last work. Bun's garbage collector looks at the heap each second until it has been the same for 30 s, then
 * each 30 s (oven-sh/bun, GarbageCollectionController); that is its work, about 1 ms each, and not a wakeup of ours.
 */
const settleSeconds = 35;

export interface IdleReport {
  seconds: number;
  processes: {
    name: string;
    memory: Memory;
    /** Before the counted time: while collectors of garbage and pools of threads come to rest. */
    settlingMs: number;
    cpuMs: number;
  }[];
}

/** What processes take while nobody asks anything; all are watched at the same time. `pids` by name. */
export async function measureIdle(pids: Record<string, number>, seconds: number): Promise<IdleReport> {
  const read = () => Object.entries(pids).map(([name, pid]) => ({ name, pid, times: readThreadTimes(pid) }));
  const first = read();
  await Bun.sleep(settleSeconds * 1000);
  const settled = read();
  await Bun.sleep(seconds * 1000);
  return {
    seconds,
    processes: settled.map(({ name, pid, times }, index) => ({
      name,
      memory: readMemory(pid),
      settlingMs: round(toUsedMs(first[index]!.times, times)),
      cpuMs: round(toUsedMs(times, readThreadTimes(pid))),
    })),
  };
}

/** `unloaded`: the name of the daemon without a model, whose memory has a goal. */
export function toIdleFigures({ seconds, processes }: IdleReport, unloaded: string): Figure[] {
  const atMost = round((cpuGoalMsPerMinute * seconds) / 60);
  return processes.flatMap(({ name, memory, settlingMs, cpuMs }): Figure[] => [
    {
      name: `${name}: resident (${round(memory.anonymousMb)} MB of it anonymous)`,
      value: round(memory.residentMb),
      unit: "MB",
      ...(name === unloaded && { goal: { atMost: residentGoalMb } }),
    },
    { name: `${name}: CPU in the ${settleSeconds} s before`, value: settlingMs, unit: "ms" },
    { name: `${name}: CPU in ${seconds} idle seconds`, value: cpuMs, unit: "ms", goal: { atMost } },
  ]);
}
