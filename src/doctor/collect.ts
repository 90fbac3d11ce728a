import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { LoadedSettings } from "../config/load.ts";
import type { DeviceFacts } from "../engine/kinds/batching/devices.ts";
import type { EngineReport } from "../engine/kinds/kind.ts";
import { toReason } from "../errors.ts";
import { findHub } from "../hub/address.ts";
import { listModels } from "../library/list.ts";
import { findListener } from "../library/local-address.ts";
import { readServiceState } from "../library/service.ts";
import { readSnapshot } from "../registry/registry.ts";
import { readThrottleCount } from "./read/cpu.ts";
import { createRoot } from "./read/files.ts";
import { type MachineSource, readMachine } from "./read/machine.ts";
import type {
  AnsweringServer,
  DiskFacts,
  HubFacts,
  RegistryFacts,
  ServerFacts,
  ServiceFacts,
  SilentServer,
  Subject,
} from "./subject.ts";

export interface CollectOptions {
  loaded: Pick<LoadedSettings, "settings" | "variables">;
  machine: MachineSource;
  /** Starts each kind of engine to see. */
  readEngines: () => Promise<EngineReport[]>;
  /** Has OpenVINO describe its devices. */
  readDevices: () => Promise<DeviceFacts[]>;
  readServer: () => Promise<AnsweringServer | SilentServer>;
  /** Leave the hub alone. */
  isOffline: boolean;
  signal: AbortSignal;
}

/** How long the hub may take; the other questions have bounds of their own, the longest a minute. */
const hubMs = 4000;

/** Reads all that the checks judge. What cannot be read is a fact, not an error. */
export async function collect(options: CollectOptions): Promise<Subject> {
  const { loaded, machine, isOffline, signal } = options;
  const { settings, variables } = loaded;
  // Whoever slows down between here and the end does so now.
  const throttled = readThrottleCount(createRoot(machine.root));
  const [{ engines, devices }, server, service, hub, registry] = await Promise.all([
    askEngines(options),
    askServer(options),
    readService(variables),
    isOffline ? ({ state: "skipped" } as const) : askHub(variables, signal),
    readRegistry(settings.registryPath),
  ]);
  signal.throwIfAborted();
  const disks = [readDisk("models", settings.modelOut), readDisk("compiled models", settings.modelCacheDir)];
  return {
    machine: readMachine(machine, throttled),
    settings,
    engines,
    devices,
    server,
    service,
    hub,
    registry,
    disks,
  };
}

async function askEngines({ readEngines, readDevices }: CollectOptions) {
  const [engines, described] = await Promise.all([readEngines(), readDevices()]);
  const devices = described.length > 0 ? described : engines.flatMap(toDevices);
  return { engines, devices };
}

/** What an engine without Python reports. */
function toDevices({ state, devices, deviceNames }: EngineReport): DeviceFacts[] {
  if (state !== "ready") return [];
  return devices.map((name) => ({
    name,
    hardware: deviceNames[name] ?? "unknown",
    driver: null,
    type: null,
    capabilities: [],
  }));
}

async function askServer({ readServer }: CollectOptions): Promise<ServerFacts> {
  const server = await readServer();
  if (server.state === "answers") return server;
  return { ...server, holder: findListener(server.url) };
}

async function readService(variables: LoadedSettings["variables"]): Promise<ServiceFacts> {
  try {
    return { problem: null, ...(await readServiceState(variables)) };
  } catch (error) {
    return { problem: toReason(error) };
  }
}

/** Any answer will do: the hub is there. */
async function askHub(variables: LoadedSettings["variables"], signal: AbortSignal): Promise<HubFacts> {
  const address = findHub(variables).endpoint;
  // A mirror's address may hold a password.
  const endpoint = URL.canParse(address) ? new URL(address).origin : address;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(hubMs)]);
  try {
    await fetch(address, { method: "HEAD", redirect: "manual", signal: limit });
    return { state: "asked", endpoint, problem: null };
  } catch (error) {
    const isTimeout = error instanceof Error && error.name === "TimeoutError";
    const problem = isTimeout ? `nothing came within ${hubMs / 1000} s` : toReason(error);
    return { state: "asked", endpoint, problem };
  }
}

async function readRegistry(path: string): Promise<RegistryFacts> {
  const snapshot = readSnapshot(path);
  const entries = [...snapshot.entries];
  const listed = await listModels(entries);
  const models = entries.flatMap(([name, entry], at) => {
    const { size_bytes: size = null, path_problem: problem = null } = listed[at] ?? {};
    return { name, entry, size, problem };
  });
  const reasons = snapshot.reason === null ? [] : [snapshot.reason];
  return { path, problems: [...reasons, ...snapshot.problems.map(({ reason }) => reason)], models };
}

/** Of a folder that need not exist yet. */
function readDisk(purpose: string, path: string): DiskFacts {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { bavail, bsize } = statfsSync(folder);
      return { purpose, path, free: bavail * bsize };
    } catch {
      if (folder === dirname(folder)) return { purpose, path, free: null };
    }
  }
}
