import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readMachineMemory } from "../../src/linux/memory.ts";
import { createTempDir } from "../helpers/temp.ts";

const root = createTempDir();

test("the machine's memory is read in bytes, its swap apart", () => {
  mkdirSync(join(root, "proc"));
  const text = "MemTotal: 10 kB\nMemFree: 1 kB\nMemAvailable:  5 kB\nSwapTotal: 4 kB\nSwapFree: 2 kB\n";
  writeFileSync(join(root, "proc/meminfo"), text);
  const kilobyte = 1024;
  expect(readMachineMemory(root)).toEqual({
    total: 10 * kilobyte,
    available: 5 * kilobyte,
    swapTotal: 4 * kilobyte,
    swapFree: 2 * kilobyte,
  });
});
