import { readProcBytes, readProcText } from "./proc.ts";

/** What a process holds in memory, in bytes. */
export interface ProcessMemory {
  resident: number;
  /** The part that is no file's content, which the system could not take back. */
  anonymous: number;
}

/** From /proc/PID/status (proc_pid_status(5)); null: there is no such process any more. */
export function readProcessMemory(pid: number): ProcessMemory | null {
  const text = readProcText(`/proc/${pid}/status`);
  // One that has ended and is not yet taken note of has a file without these lines.
  if (!text.includes("VmRSS")) return null;
  return { resident: readProcBytes(text, "VmRSS"), anonymous: readProcBytes(text, "RssAnon") };
}
