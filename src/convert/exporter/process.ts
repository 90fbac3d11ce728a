import { rmSync, writeFileSync } from "node:fs";
import { Type } from "@sinclair/typebox";
import { readProcStat, readProcText } from "../../linux/proc.ts";
import { readProcessMemory } from "../../linux/process-memory.ts";
import { readJsonFile } from "../../models/hf-config.ts";

/** Which process exports: it may outlive a killed converter, and the next run then ends it. */
const Exporter = Type.Object({ pid: Type.Integer({ minimum: 2 }), started: Type.String() });

/** `pid` leads a process group of its own. */
export function noteExporter(path: string, pid: number): void {
  writeFileSync(path, JSON.stringify({ pid, started: readStart(pid) ?? "" }));
}

/** Ends the noted process and its children, unless its number belongs to another process by now, and waits for its end. */
export async function endExporter(path: string): Promise<void> {
  const noted = readJsonFile(path, Exporter);
  if (noted !== null && noted.started !== "" && readStart(noted.pid) === noted.started) {
    killGroup(noted.pid, "SIGKILL");
    const deadline = performance.now() + 10_000;
    while (readStart(noted.pid) === noted.started && performance.now() < deadline) await Bun.sleep(20);
  }
  rmSync(path, { force: true });
}

export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone already.
  }
}

/** When a process started, in the kernel's ticks: field 22 of /proc/pid/stat (proc(5)); null: it is gone, or a zombie. */
function readStart(pid: number): string | null {
  const fields = readProcStat(pid);
  return fields[0] === "Z" ? null : (fields[19] ?? null);
}

/** Resident memory of a process and its children in bytes, from /proc; 0 if it cannot be read. */
export function readMemoryOf(pid: number): number {
  const own = readProcessMemory(pid)?.resident ?? 0;
  const children = readProcText(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);
  return own + children.reduce((sum, child) => sum + readMemoryOf(child), 0);
}
