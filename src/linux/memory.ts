import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readProcBytes } from "./proc.ts";

/** The machine's memory, in bytes. */
export interface MachineMemory {
  total: number;
  /** What programs can get without swap. */
  available: number;
  swapTotal: number;
  swapFree: number;
}

/** From /proc/meminfo (proc_meminfo(5)). `root`: instead of `/`, for tests. */
export function readMachineMemory(root = "/"): MachineMemory {
  const text = readFileSync(join(root, "proc/meminfo"), "utf8");
  const read = (key: string) => readProcBytes(text, key);
  return {
    total: read("MemTotal"),
    available: read("MemAvailable"),
    swapTotal: read("SwapTotal"),
    swapFree: read("SwapFree"),
  };
}
