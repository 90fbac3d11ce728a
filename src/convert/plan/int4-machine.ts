import { readCpuInfo } from "../../linux/cpu.ts";
import { hasIntelGpu } from "../../linux/gpu.ts";
import type { Int4Machine } from "./int4.ts";

/** Where models run by default. `device`: OV_DEVICE; for AUTO a GPU that is there counts, although no engine was asked. */
export function readInt4Machine(device: string): Int4Machine {
  const { flags } = readCpuInfo();
  const [base] = device.toUpperCase().split(/[.:]/);
  if (base === "GPU" || base === "NPU") return { device: base, flags };
  return { device: base !== "CPU" && hasIntelGpu() ? "GPU" : "CPU", flags };
}
