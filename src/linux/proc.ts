import { readFileSync, writeFileSync } from "node:fs";

/** The text of a file of /proc or /sys; empty: it is gone, as its process may be, or closed to this user. */
export function readProcText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/**
 * What `ps`, `top` and whoever looks for the holder of a port call this process (proc_pid_comm(5)), instead of what runs its
 * sources. At most 15 bytes.
 */
export function nameProcess(name: string): void {
  try {
    writeFileSync("/proc/self/comm", name);
  } catch {
    // It keeps the name of its program.
  }
}

/**
 * The fields of /proc/PID/stat behind the program's name, which stands in brackets and may hold spaces: the first one is the state
 * (proc_pid_stat(5)). Empty: there is no such process.
 */
export function readProcStat(pid: number): string[] {
  const text = readProcText(`/proc/${pid}/stat`);
  return text === "" ? [] : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** The value of a line such as `VmRSS:      123 kB`, in bytes; 0: there is none. */
export function readProcBytes(text: string, key: string): number {
  return Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0) * 1024;
}
