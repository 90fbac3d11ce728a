import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readProcText } from "./proc.ts";

/**
 * How many processes the kernel has ended for lack of memory: in this process's control group and those within it
 * (`oom_kill` of memory.events, Linux' cgroup-v2 documentation), else on the whole machine (/proc/vmstat); null: it does not
 * say. Children are in the same group.
 */
export function readOomKills(root = "/"): number | null {
  const [, own] = /^0::(\/.*)$/m.exec(readProcText(join(root, "proc/self/cgroup"))) ?? [];
  const places = own === undefined ? [] : [join("sys/fs/cgroup", own), "sys/fs/cgroup"];
  const files = [...places.map((place) => join(place, "memory.events")), "proc/vmstat"];
  for (const file of files) {
    const [, count] = /^oom_kill (\d+)$/m.exec(readProcText(join(root, file))) ?? [];
    if (count !== undefined) return Number(count);
  }
  return null;
}

/** Has the kernel end a process of this user, and its later children, before others when memory runs out: oom_score_adj of proc(5). */
export function endFirstWithoutMemory(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "900");
  } catch {
    // It has ended, or a container forbids it.
  }
}
