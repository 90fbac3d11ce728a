/**
 * The device that a model runs on. hosts/batching/device_choice.py repeats this for the host in Python, and
 * test/fixtures/devices.json holds both to the same choices.
 */

/** The device that AUTO stands for: the first GPU that OpenVINO sees, else the CPU. */
export function chooseDevice(wanted: string, seen: readonly string[]): string {
  if (wanted !== "AUTO") return wanted;
  return seen.find((device) => device.startsWith("GPU")) ?? "CPU";
}

/** OpenVINO's own ways to combine devices: HETERO:GPU,CPU. It loads one only if it sees all its devices. */
const combinations = ["AUTO", "BATCH", "HETERO", "MULTI"];

/** Why a chosen device cannot be used; null: no reason is known. */
export function findDeviceProblem(device: string, seen: readonly string[]): string | null {
  const missing = listParts(device).find((part) => !seen.some((name) => toBase(name) === toBase(part)));
  if (missing === undefined) return null;
  const whole = missing === device ? "" : ` of "${device}"`;
  const what = `OpenVINO sees no device "${missing}"${whole}, only ${seen.join(", ")}`;
  const base = toBase(missing);
  if (!["CPU", "GPU", "NPU"].includes(base)) return `${what}: set one of these.`;
  return (
    `${what}: install its driver ` +
    "(for a GPU: the compute runtime, and membership in the render group) or set another device " +
    "(OV_DEVICE, or `ov-llm models set NAME device=…`)."
  );
}

/** The devices that a combination names, without BATCH's sizes and AUTO's exclusions; else the device itself. */
function listParts(device: string): string[] {
  const [base = "", parts = ""] = device.split(":");
  if (!combinations.includes(base)) return [device];
  return parts
    .split(",")
    .filter((part) => part !== "" && !part.startsWith("-"))
    .map((part) => part.replace(/\(.*$/, ""));
}

/** Without the number of one of several. */
function toBase(device: string): string {
  return device.split(/[:.]/)[0] ?? device;
}
