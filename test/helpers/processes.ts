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
export async function eventually(holds: () => boolean, seconds = 20): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`It did not come true within ${seconds} s: ${holds}`);
    await Bun.sleep(20);
  }
}
