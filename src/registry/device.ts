import { findNearest } from "../nearest.ts";

/** OpenVINO's plugins (its "Inference Devices and Modes"): three kinds of hardware, and ways to combine them. */
const families = ["CPU", "GPU", "NPU", "AUTO", "HETERO", "MULTI", "BATCH"];

/** What is wrong with a device whose plugin OpenVINO does not have, as a clause; null: it has one. */
export function findDeviceFault(device: string): string | null {
  const [whole = "", listed = ""] = device.split(":");
  const names = [whole, ...listed.split(",").filter((name) => name !== "")];
  const unknown = names.map(toFamily).find((name) => !families.includes(name));
  if (unknown === undefined) return null;
  const [near] = findNearest(unknown, families);
  const guess = near === undefined ? "" : `, did you mean ${near}?`;
  return `OpenVINO has no device ${JSON.stringify(unknown)}${guess}`;
}

/** GPU of GPU.1, of GPU(4), and of -GPU, which AUTO is to leave out. */
function toFamily(name: string): string {
  return name.replace(/^-/, "").split(/[.(]/)[0] ?? name;
}
