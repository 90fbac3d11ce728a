import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { TestServer } from "./server.ts";

/** False also for a process that has ended and waits only to be taken note of. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Processes whose parent is that one and that run a command of their own: of a server those of its models. */
export function childrenOf(pid: number): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const children = all.map(Number).filter((one) => parentOf(one) === pid);
  // Just after its start it has its parent's command, and its parent waits for it.
  return children.filter((one) => !["", readCommand(pid)].includes(readCommand(one)));
}

/** "" for a process that has ended. */
function readCommand(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Field 4 of /proc/PID/stat; NaN for a process that has ended. */
function parentOf(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1]);
  } catch {
    return Number.NaN;
  }
}

/** The process that a model was loaded in last, by the server's log; of any model when none is named. */
export function hostPid(server: TestServer, model = ""): number {
  const loaded = server.log().filter((line) => line.includes(` loaded model model=${model}`));
  return Number(/ pid=(\d+)/.exec(loaded.at(-1) ?? "")?.[1]);
}

/** CPU time of a process in clock ticks of 10 ms: fields 14 and 15 of /proc/PID/stat, proc(5). */
export function cpuTicks(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

/** Files, pipes and sockets; not the loops of threads, which start for work, at most two of them, and end when unused. */
export function countDescriptors(pid: number): number {
  const dir = `/proc/${pid}/fd`;
  return readdirSync(dir).filter((fd) => !/\[event(poll|fd)\]$/.test(readLink(`${dir}/${fd}`))).length;
}

/** "" for one that was closed meanwhile. */
function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}

/** For what gives no sign when it comes true. */
export async function eventually(holds: () => boolean, seconds = 120): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`It did not come true within ${seconds} s: ${holds}`);
    await Bun.sleep(20);
  }
}
