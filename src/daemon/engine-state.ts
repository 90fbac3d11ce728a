import type { Settings } from "../config/settings.ts";
import { chooseDevice } from "../engine/kinds/device.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import type { EngineReport } from "../engine/kinds/kind.ts";
import type { Log } from "../log.ts";
import type { EngineState } from "../serving/health.ts";

/** What /health says of the engines, as far as it is known. */
export function toEngineState(engines: Engines, { device }: Settings): EngineState {
  const found = engines.preferred();
  const ready = found?.state === "ready" ? found : null;
  return {
    device: ready && chooseDevice(device, ready.devices),
    engine: ready && { name: ready.name, versions: ready.versions },
    engines: engines.reports(),
    failure: found?.reason ?? null,
  };
}

/** Looked up while requests are served already, because it takes a second. */
export async function logEngines(engines: Engines, { device }: Settings, log: Log): Promise<void> {
  for (const report of await engines.probe()) {
    if (report.state === "ready") logEngine(report, device, log);
    else if (report.state === "missing") log.debug(report.reason ?? report.name);
    else log.error(report.reason ?? report.name);
  }
}

function logEngine({ name, versions, devices, deviceNames }: EngineReport, device: string, log: Log): void {
  const chosen = chooseDevice(device, devices);
  log.info("engine found", {
    engine: name,
    ...versions,
    devices: devices.join(","),
    device: chosen,
    device_name: deviceNames[chosen],
  });
}
