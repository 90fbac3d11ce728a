import { dirname, join } from "node:path";
import { readMachineMemory } from "../../linux/memory.ts";
import { readProcText } from "../../linux/proc.ts";

/** How much memory all models together may take. */
export interface Budget {
  bytes: number;
  /** Where the number comes from, for people. */
  source: string;
}

export interface BudgetReader {
  /** The memory for models when nothing else runs; it decides defaults, so it does not change. */
  readonly capacity: number;
  /** The budget now. `own`: what the models' processes already hold. */
  read(own: number): Budget;
}

const megabyte = 2 ** 20;

/**
 * `setting`: OV_MEMORY_BUDGET, used unchanged. Without it: what the machine and the control groups allow, and no
 * more than is free now, less a tenth (512 MB to 4 GB) for everything else.
 */
export function createBudgetReader(setting: number | null, root = "/"): BudgetReader {
  if (setting !== null) {
    const budget = { bytes: setting, source: "OV_MEMORY_BUDGET" };
    return { capacity: setting, read: () => budget };
  }
  const { total } = readMachineMemory(root);
  const group = readGroupLimit(root);
  const isGrouped = group !== null && group.bytes < total;
  const most = isGrouped ? group : { bytes: total, source: "the machine's memory" };
  const spare = Math.min(4096 * megabyte, Math.max(512 * megabyte, Math.floor(most.bytes / 10)));
  const capacity = Math.max(0, most.bytes - spare);
  return {
    capacity,
    read(own) {
      const free = Math.max(0, readMachineMemory(root).available + own - spare);
      if (free >= capacity) return { bytes: capacity, source: most.source };
      return { bytes: free, source: "the machine's free memory" };
    },
  };
}

/**
 * The lowest `memory.max` of this process's control group and those above it (Linux' cgroup-v2 documentation); null:
 * there is none. In a container the group's own path may lie outside of what is mounted, and its root is the limit.
 */
function readGroupLimit(root: string): Budget | null {
  const [, own] = /^0::(\/.*)$/m.exec(readProcText(join(root, "proc/self/cgroup"))) ?? [];
  if (own === undefined) return null;
  let least: Budget | null = null;
  for (let path = own; ; path = dirname(path)) {
    const file = join("/sys/fs/cgroup", path, "memory.max");
    const bytes = Number.parseInt(readProcText(join(root, file)), 10);
    if (bytes >= 0 && (least === null || bytes < least.bytes)) least = { bytes, source: file };
    if (path === "/") return least;
  }
}
