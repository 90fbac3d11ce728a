/** The device that AUTO stands for: the first GPU that OpenVINO sees, else the CPU. host.py chooses alike. */
export function chooseDevice(wanted: string, seen: readonly string[]): string {
  if (wanted !== "AUTO") return wanted;
  return seen.find((device) => device.startsWith("GPU")) ?? "CPU";
}
