import type { Settings } from "../config/settings.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import { type EngineReport, toDevice, toDeviceProblem } from "../engine/kinds/kind.ts";
import { nativePackages } from "../engine/kinds/native/find.ts";
import type { Log } from "../log.ts";
import type { EngineState } from "../serving/health.ts";
import type { FindEngineProblem } from "../serving/model-problems.ts";

/** What /health reports about the engines, as far as is known now. */
export function toEngineState(engines: Engines, { device }: Settings): EngineState {
  const found = engines.preferred();
  const ready = found?.state === "ready" ? found : null;
  return {
    device: ready && toDevice(ready, device),
    engine: ready && { name: ready.name, versions: ready.versions },
    engines: engines.reports(),
    failure: found?.reason ?? null,
    deviceFailure: ready && toDeviceProblem(ready, device),
  };
}

/** Why the engine and device that a model would get cannot run it, as far as is known now. */
export function createFindEngineProblem(
  engines: Engines,
  settings: Pick<Settings, "device">,
): FindEngineProblem {
  return ({ engine, device }) => {
    const isOwn = engine !== undefined && engine !== "auto";
    const report = isOwn ? engines.reports().find(({ name }) => name === engine) : engines.preferred();
    if (report === undefined || report === null) return "There is no engine for it.";
    return report.state === "ready" ? toDeviceProblem(report, device ?? settings.device) : report.reason;
  };
}

/** Looked up while requests are already served, because it takes a second. */
export async function logEngines(engines: Engines, { device }: Settings, log: Log): Promise<void> {
  for (const report of await engines.probe()) {
    if (report.state === "ready") logEngine(report, device, log);
    else if (report.state === "missing") log.debug(report.reason ?? report.name);
    else log.error(report.reason ?? report.name);
  }
}

function logEngine(report: EngineReport, device: string, log: Log): void {
  const { name, versions, devices, deviceNames } = report;
  const chosen = toDevice(report, device);
  log.info("engine found", {
    engine: name,
    ...versions,
    devices: devices.join(","),
    device: chosen,
    device_name: deviceNames[chosen],
  });
  const other = toOtherRelease(report);
  if (other !== null) log.warn(other);
  const problem = toDeviceProblem(report, device);
  if (problem !== null) log.warn(`OV_DEVICE cannot be used: ${problem}`);
}

/** Packages of another release work if both have the same version, but were not tested. */
function toOtherRelease({ name, versions }: EngineReport): string | null {
  const pinned = Object.entries(nativePackages);
  const isPinned = pinned.every(([other, version]) => versions[other.replaceAll("-", "_")] === version);
  if (name !== "native" || isPinned) return null;
  const found = `openvino-genai-node ${versions.openvino_genai_node} and openvino-node ${versions.openvino_node}`;
  return `The native engine is ${found}, but ov-llm was tested with ${nativePackages["openvino-genai-node"]}: \`ov-llm setup --native\` installs that.`;
}
