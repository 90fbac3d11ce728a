import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readOomKills } from "../../src/linux/oom.ts";
import { createTempDir } from "../helpers/temp.ts";

const group = { "proc/self/cgroup": "0::/user.slice/ov\n" };
const events = (count: number) => `low 0\noom 1\noom_kill ${count}\noom_group_kill 9\n`;
const own = "sys/fs/cgroup/user.slice/ov/memory.events";

test.each<[string, Record<string, string>, number | null]>([
  ["the own group", { ...group, [own]: events(3), "proc/vmstat": "oom_kill 7\n" }, 3],
  [
    "a group whose path lies outside of the container",
    { ...group, "sys/fs/cgroup/memory.events": events(2) },
    2,
  ],
  ["the machine", { ...group, "proc/vmstat": "nr_free 1\noom_kill 7\n" }, 7],
  [
    "the machine, without groups of version 2",
    { "proc/self/cgroup": "4:memory:/x\n", "proc/vmstat": "oom_kill 7\n" },
    7,
  ],
  ["nothing that says", {}, null],
])("the kernel's kills for want of memory are read from %s", (_, files, expected) => {
  const root = createTempDir();
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  expect(readOomKills(root)).toBe(expected);
});
