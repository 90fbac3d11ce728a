import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readProcText } from "./proc.ts";

/** PCI's number of the vendor (pci.ids). */
const intel = "0x8086";

/** Whether the kernel drives a GPU of Intel's. `root`: instead of `/`, for tests. */
export function hasIntelGpu(root = "/"): boolean {
  const folder = join(root, "sys/class/drm");
  return list(folder).some(
    (name) =>
      name.startsWith("renderD") && readProcText(join(folder, name, "device/vendor")).trim() === intel,
  );
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
