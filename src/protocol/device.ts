/**
 * The device that a model runs on. hosts/batching/device_choice.py repeats this for the host in Python, and
 * test/fixtures/devices.json holds both to the same choices.
 */

/** The device that AUTO stands for: the first GPU that OpenVINO sees, else the CPU. */
export function chooseDevice(wanted: string, seen: readonly string[]): string {
  if (wanted !== "AUTO") return wanted;
  return seen.find((device) => device.startsWith("GPU")) ?? "CPU";
}

/** OpenVINO's own ways to combine devices, which it judges by itself: HETERO:GPU,CPU. */
const combinations = ["AUTO", "BATCH", "HETERO", "MULTI"];

/** Why a chosen device cannot be used; null: no reason is known. */
export function findDeviceProblem(device: string, seen: readonly string[]): string | null {
  const base = device.split(/[:.]/)[0] ?? device;
  if (combinations.includes(base) || seen.some((name) => name.split(".")[0] === base)) return null;
  const what = `OpenVINO sees no device "${device}", only ${seen.join(", ")}`;
  if (!["CPU", "GPU", "NPU"].includes(base)) return `${what}: set one of these.`;
  return (
    `${what}: install its driver ` +
    "(for a GPU: the compute runtime, and membership in the render group) or set another device " +
    "(OV_DEVICE, or `ov-llm models set NAME device=…`)."
  );
}
