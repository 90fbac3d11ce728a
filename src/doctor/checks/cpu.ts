import { createFinder, type Finding } from "../finding.ts";
import type { Machine } from "../machine.ts";

/** What OpenVINO's CPU plugin makes use of, by the names in /proc/cpuinfo. */
const features: [name: string, flags: string[]][] = [
  ["AVX2", ["avx2"]],
  ["AVX-512", ["avx512f"]],
  ["VNNI", ["avx_vnni", "avx512_vnni"]],
  ["AMX", ["amx_int8", "amx_bf16"]],
];

/** Those of a CPU with these flags, as in /proc/cpuinfo. */
export function nameCpuFeatures(flags: readonly string[]): string[] {
  return features.filter(([, names]) => names.some((name) => flags.includes(name))).map(([name]) => name);
}

export function checkCpu({ cpu }: Machine): Finding {
  const { ok, warn } = createFinder("cpu");
  const names = nameCpuFeatures(cpu.flags).join(", ");
  const what = `${cpu.model}, ${cpu.threads} threads`;
  if (cpu.isArm || names !== "") return ok(`${what}${names === "" ? "" : `, with ${names}`}.`);
  return warn(
    `${what}, without AVX2: models run slowly on it.`,
    "In a virtual machine, give it the host's CPU model; otherwise use a GPU.",
  );
}

/** With intel_pstate, `powersave` is the normal governor: it raises the clock under load. */
export function checkPower({ power: { drivers, governors, preferences } }: Machine): Finding[] {
  const { ok, warn } = createFinder("governor");
  if (governors.length === 0) return [];
  const isOwn = drivers.some((driver) => /^(intel|amd)[_-]pstate/.test(driver));
  const what = `CPU frequency governor ${governors.join(", ")} (${drivers.join(", ")}${preferences.length === 0 ? "" : `, preference ${preferences.join(", ")}`})`;
  if (governors.includes("powersave") && !isOwn)
    return [
      warn(
        `${what}, which keeps the CPU at its lowest frequency.`,
        "Choose another: `sudo cpupower frequency-set -g performance`.",
      ),
    ];
  if (preferences.includes("power"))
    return [
      warn(
        `${what}, which prefers saving power to speed.`,
        "Choose another: `echo balance_performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/energy_performance_preference`.",
      ),
    ];
  return [ok(`${what}.`)];
}

export function checkHeat({ heat }: Machine): Finding[] {
  const { ok, warn } = createFinder("heat");
  const { celsius, throttled, throttledNow, throttledGpus } = heat;
  const degrees = celsius === null ? "" : ` (${celsius} °C)`;
  const next =
    "Clean the fans, improve the airflow, or raise the power limits; answers are slower until then.";
  if (throttledNow > 0) return [warn(`The CPU is throttled now${degrees}.`, next)];
  if (throttledGpus.length > 0)
    return [warn(`The GPU ${throttledGpus.join(", ")} is throttled now, by heat or power${degrees}.`, next)];
  if (celsius === null && throttled === 0) return [];
  const before = throttled === 0 ? "" : `; the CPU was, ${throttled} times, since the machine started`;
  return [ok(`Nothing is throttled now${degrees}${before}.`)];
}
