/**
 * The device that a model runs on. hosts/batching/device.py repeats this for the host in Python, and
 * test/fixtures/devices.json holds both to the same choices.
 */

/** The device that AUTO stands for: the first GPU that OpenVINO sees, else the CPU. */
export function chooseDevice(wanted: string, seen: readonly string[]): string {
  if (wanted !== "AUTO") return wanted;
  return seen.find((device) => device.startsWith("GPU")) ?? "CPU";
}

/**
 * Why a chosen device cannot be used; null: nothing speaks against it. Only the plain devices are looked for, because
 * those with a list, such as HETERO:GPU,CPU, are OpenVINO's to judge.
 */
export function findDeviceProblem(device: string, seen: readonly string[]): string | null {
  const base = device.split(/[:.]/)[0] ?? device;
  if (!["CPU", "GPU", "NPU"].includes(base) || seen.some((name) => name.startsWith(base))) return null;
  return (
    `OpenVINO sees no device "${device}", only ${seen.join(", ")}: install its driver ` +
    "(for a GPU: the compute runtime, and membership in the render group) or set another device."
  );
}
