import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createBudgetReader } from "../../../src/engine/memory/budget.ts";
import { createTempDir } from "../../helpers/temp.ts";

const gb = 2 ** 30;
let count = 0;
const root = createTempDir();

/** A root with these files; meminfo in GB. */
function makeRoot({ total = 64, available = 64 }, files: Record<string, string> = {}): string {
  const path = join(root, String(count++));
  const meminfo = `MemTotal:  ${total * 2 ** 20} kB\nMemFree: 1 kB\nMemAvailable:   ${available * 2 ** 20} kB\n`;
  for (const [file, text] of Object.entries({ "proc/meminfo": meminfo, ...files })) {
    mkdirSync(dirname(join(path, file)), { recursive: true });
    writeFileSync(join(path, file), text);
  }
  return path;
}

const group = (path: string) => ({ "proc/self/cgroup": `4:memory:/old\n0::${path}\n` });
const limit = (path: string, text: string) => ({ [`sys/fs/cgroup${path}/memory.max`]: `${text}\n` });

describe("the memory budget", () => {
  test("is the setting, whatever the machine has", () => {
    const reader = createBudgetReader(8 * gb, "/nonexistent");
    expect(reader.read(0)).toEqual({ bytes: 8 * gb, source: "OV_MEMORY_BUDGET" });
    expect(reader.capacity).toBe(8 * gb);
  });

  test.each([
    ["a tenth is spared", 20, 18],
    ["at least 512 MB", 4, 3.5],
    ["at most 4 GB", 64, 60],
    ["and never less than nothing is left", 0.25, 0],
  ])("of the machine's memory: %s (%p GB: %p GB)", (_, total, budget) => {
    const reader = createBudgetReader(null, makeRoot({ total, available: total }));
    expect(reader.read(0)).toEqual({ bytes: budget * gb, source: "the machine's memory" });
  });

  test("is no more than what is free, with what the models hold already", () => {
    const reader = createBudgetReader(null, makeRoot({ total: 64, available: 10 }));
    expect(reader.read(0)).toEqual({ bytes: 6 * gb, source: "the machine's free memory" });
    expect(reader.read(5 * gb).bytes).toBe(11 * gb);
    expect(reader.read(60 * gb)).toEqual({ bytes: 60 * gb, source: "the machine's memory" });
    expect(reader.capacity).toBe(60 * gb);
  });

  const inner = "/sys/fs/cgroup/user.slice/app.service/memory.max";
  const outer = "/sys/fs/cgroup/user.slice/memory.max";
  const own = "/user.slice/app.service";
  test.each([
    ["its own", { ...limit(own, String(20 * gb)) }, 18, inner],
    ["one above it", { ...limit(own, "max"), ...limit("/user.slice", String(10 * gb)) }, 9, outer],
    [
      "the least of both",
      { ...limit(own, String(30 * gb)), ...limit("/user.slice", String(20 * gb)) },
      18,
      outer,
    ],
    ["that of a container", { ...limit("", String(20 * gb)) }, 18, "/sys/fs/cgroup/memory.max"],
    ["none, but max", { ...limit(own, "max") }, 60, "the machine's memory"],
    ["larger than the machine", { ...limit(own, String(99 * gb)) }, 60, "the machine's memory"],
  ])("with the limit of a control group: %s", (_, files, budget, source) => {
    const reader = createBudgetReader(null, makeRoot({}, { ...group(own), ...files }));
    expect(reader.read(0)).toEqual({ bytes: budget * gb, source });
    expect(reader.capacity).toBe(budget * gb);
  });

  test("of this very machine is a number", () => {
    expect(createBudgetReader(null).capacity).toBeGreaterThan(0);
    expect(createBudgetReader(null).read(0).bytes).toBeGreaterThan(0);
  });
});
