import { readFileSync } from "node:fs";

/** What a process holds in memory, in bytes. */
export interface ProcessMemory {
  resident: number;
  /** The part that is no file's content, which the system could not take back. */
  anonymous: number;
}

/** From /proc/PID/status (proc_pid_status(5)); null: there is no such process any more. */
export function readProcessMemory(pid: number): ProcessMemory | null {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    const read = (key: string) =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
    // One that has ended and is not yet taken note of has a file without these lines.
    return text.includes("VmRSS") ? { resident: read("VmRSS"), anonymous: read("RssAnon") } : null;
  } catch {
    return null;
  }
}
