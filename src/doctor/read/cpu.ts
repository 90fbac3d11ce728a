import { parseCpuInfo } from "../../linux/cpu.ts";
import type { Cpu, Heat, Power } from "../machine.ts";
import type { Root } from "./files.ts";

const cpus = "/sys/devices/system/cpu";

/** From /proc/cpuinfo (proc_cpuinfo(5)). */
export function readCpu(root: Root): Cpu {
  const { model, threads, flags, isArm } = parseCpuInfo(root.text("/proc/cpuinfo"));
  return { model, threads, flags, isArm };
}

/** From /sys/devices/system/cpu/cpuN/cpufreq (the kernel's admin-guide/pm/cpufreq). */
export function readPower(root: Root): Power {
  const folders = cpuFolders(root).map((folder) => `${folder}/cpufreq`);
  const read = (name: string) => {
    const values = folders.map((folder) => root.text(`${folder}/${name}`)).filter((value) => value !== "");
    return [...new Set(values)];
  };
  return {
    drivers: read("scaling_driver"),
    governors: read("scaling_governor"),
    preferences: read("energy_performance_preference"),
  };
}

/** How often CPUs have slowed down for heat, all together (ABI/testing/sysfs-devices-system-cpu, "thermal_throttle"). */
export function readThrottleCount(root: Root): number {
  const counts = cpuFolders(root).flatMap((folder) =>
    ["core_throttle_count", "package_throttle_count"].map((name) =>
      Number(root.text(`${folder}/thermal_throttle/${name}`)),
    ),
  );
  return counts.filter(Number.isFinite).reduce((sum, count) => sum + count, 0);
}

/** `before`: the count of a moment ago. */
export function readHeat(root: Root, before: number): Heat {
  const throttled = readThrottleCount(root);
  const zones = root.names("/sys/class/thermal").filter((name) => name.startsWith("thermal_zone"));
  const degrees = zones
    .map((zone) => Number(root.text(`/sys/class/thermal/${zone}/temp`) || Number.NaN) / 1000)
    .filter((value) => value > 0 && value < 150);
  return {
    celsius: degrees.length === 0 ? null : Math.round(Math.max(...degrees)),
    throttled,
    throttledNow: Math.max(0, throttled - before),
    throttledGpus: readThrottledGpus(root),
  };
}

/** As the drivers i915 and xe report it (ABI/testing/sysfs-driver-intel-i915, -xe). */
function readThrottledGpus(root: Root): string[] {
  const cards = root.names("/sys/class/drm").filter((name) => /^card\d+$/.test(name));
  return cards.filter((card) => {
    const folder = `/sys/class/drm/${card}`;
    const paths = [
      `${folder}/gt/gt0/throttle_reason_status`,
      `${folder}/device/tile0/gt0/freq0/throttle/status`,
    ];
    return paths.some((path) => root.text(path) === "1");
  });
}

function cpuFolders(root: Root): string[] {
  return root
    .names(cpus)
    .filter((name) => /^cpu\d+$/.test(name))
    .map((name) => `${cpus}/${name}`);
}
