import { existsSync } from "node:fs";
import { readProcText } from "./proc.ts";

export interface CpuInfo {
  model: string;
  /** That the system runs at once. */
  threads: number;
  /** Each runs one thread or more; as many as `threads` where the kernel does not show it. */
  cores: number;
  /** As /proc/cpuinfo names them. */
  flags: string[];
  isArm: boolean;
}

/** /proc/cpuinfo (proc_cpuinfo(5)). */
export function parseCpuInfo(text: string): CpuInfo {
  const find = (key: string) => new RegExp(`^${key}\\s*:\\s*(.*)$`, "m").exec(text)?.[1]?.trim() ?? "";
  const features = find("Features");
  const threads = text.match(/^processor\s*:/gm)?.length ?? 0;
  const cores = new Set(
    text.split(/\n\s*\n/).flatMap((block) => {
      const socket = /^physical id\s*:\s*(\d+)/m.exec(block)?.[1];
      const core = /^core id\s*:\s*(\d+)/m.exec(block)?.[1];
      return socket === undefined || core === undefined ? [] : [`${socket}/${core}`];
    }),
  );
  return {
    model: find("model name") || "unknown CPU",
    threads,
    cores: cores.size === 0 ? threads : cores.size,
    flags: (find("flags") || features).split(/\s+/).filter((flag) => flag !== ""),
    isArm: features !== "",
  };
}

export function readCpuInfo(): CpuInfo {
  return parseCpuInfo(readProcText("/proc/cpuinfo"));
}

/** Whether it has cores of two kinds: perf's events are then apart (perf_event_open(2), "cpu_core"). */
export function isHybridCpu(): boolean {
  return existsSync("/sys/devices/cpu_core") && existsSync("/sys/devices/cpu_atom");
}
