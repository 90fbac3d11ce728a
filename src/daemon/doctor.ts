import type { LoadedSettings } from "../config/load.ts";
import { check } from "../doctor/check.ts";
import { collect } from "../doctor/collect.ts";
import type { Diagnosis } from "../doctor/finding.ts";
import { toThisMachine } from "../doctor/read/machine.ts";
import type { ServerFacts } from "../doctor/subject.ts";
import { type DeviceFacts, describeDevices } from "../engine/kinds/batching/devices.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import type { Pool } from "../engine/pool/pool.ts";

export interface DiagnosisDeps {
  loaded: LoadedSettings;
  engines: Pick<Engines, "probe">;
  pool: Pick<Pool, "status">;
  /** This server's state; `reason`: why it is degraded. */
  readHealth: () => { version: string; reason: string | null };
}

/**
 * Examines the machine from within the server, without asking the hub. Concurrent requests share one result. Devices are
 * described once, because engines are probed once: a new driver takes effect after a restart.
 */
export function createDiagnosisFor(deps: DiagnosisDeps): () => Promise<Diagnosis> {
  const { settings, variables } = deps.loaded;
  let running: Promise<Diagnosis> | undefined;
  let devices: Promise<DeviceFacts[]> | undefined;
  const readDevices = () => {
    devices ??= describeDevices(settings.runtimeDir, { variables });
    return devices;
  };
  return () => {
    running ??= diagnose(deps, readDevices).finally(() => {
      running = undefined;
    });
    return running;
  };
}

async function diagnose(
  { loaded, engines, pool, readHealth }: DiagnosisDeps,
  readDevices: () => Promise<DeviceFacts[]>,
): Promise<Diagnosis> {
  const { host, port } = loaded.settings;
  const readServer = async (): Promise<ServerFacts> => ({
    state: "answers",
    url: `${host}:${port}`,
    ...readHealth(),
    loaded: [...pool.status()]
      .filter(([, { state }]) => state === "ready")
      .map(([name, { device }]) => ({ name, device })),
  });
  const subject = await collect({
    loaded,
    machine: toThisMachine(),
    readEngines: engines.probe,
    readDevices,
    readServer,
    isOffline: true,
    // Each of its queries has its own time limit.
    signal: new AbortController().signal,
  });
  return check(subject);
}
