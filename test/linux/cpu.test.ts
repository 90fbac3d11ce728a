import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseCpuInfo } from "../../src/linux/cpu.ts";
import { hasIntelGpu } from "../../src/linux/gpu.ts";
import { createTempDir } from "../helpers/temp.ts";

const thread = (number: number, core: number) =>
  `processor\t: ${number}\nmodel name\t: A CPU\nphysical id\t: 0\ncore id\t\t: ${core}\nflags\t\t: sse avx2\n`;

test("counts threads and cores", () => {
  expect(parseCpuInfo([thread(0, 0), thread(1, 0), thread(2, 1)].join("\n"))).toEqual({
    model: "A CPU",
    threads: 3,
    cores: 2,
    flags: ["sse", "avx2"],
    isArm: false,
  });
});

test("takes threads for cores where the kernel does not show them, as on Arm", () => {
  const text = "processor\t: 0\nFeatures\t: fp asimd\n\nprocessor\t: 1\nFeatures\t: fp asimd\n";
  expect(parseCpuInfo(text)).toMatchObject({ threads: 2, cores: 2, isArm: true, flags: ["fp", "asimd"] });
  expect(parseCpuInfo("")).toMatchObject({ threads: 0, cores: 0, model: "unknown CPU" });
});

test.each([
  ["renderD128", "0x8086\n", true],
  ["renderD128", "0x10de\n", false],
  ["card0", "0x8086\n", false],
])("a GPU %s of the vendor %j is Intel's: %p", (name, vendor, isIntel) => {
  const root = createTempDir();
  mkdirSync(join(root, "sys/class/drm", name, "device"), { recursive: true });
  writeFileSync(join(root, "sys/class/drm", name, "device/vendor"), vendor);
  expect(hasIntelGpu(root)).toBe(isIntel);
});

test("no graphics at all is no GPU", () => expect(hasIntelGpu(createTempDir())).toBe(false));
