import { chooseDevice } from "../../engine/kinds/device.ts";
import { OvError } from "../../errors.ts";

/** The device that a load message means, of those that OpenVINO sees. Throws `model_load_failed`. */
export function resolveDevice(wanted: string, seen: readonly string[]): string {
  const device = chooseDevice(wanted, seen);
  const base = device.split(/[:.]/)[0] ?? device;
  if (!["CPU", "GPU", "NPU"].includes(base) || seen.some((name) => name.startsWith(base))) return device;
  throw new OvError(
    "model_load_failed",
    `OpenVINO sees no device "${device}", only ${seen.join(", ")}: install its driver ` +
      "(for a GPU: the compute runtime, and membership in the render group) or set another device.",
  );
}
