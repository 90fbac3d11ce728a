import { createBatchingLauncher } from "../../src/engine/kinds/batching/launch.ts";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { createLoader, type LoaderOptions } from "../../src/engine/loader.ts";
import type { ModelTarget } from "../../src/engine/model/target.ts";
import type { Host } from "../../src/engine/supervise/types.ts";
import { runtimeDir } from "./environment.ts";
import { silentLog } from "./log.ts";

export interface BatchingHostOptions
  extends Partial<Pick<LoaderOptions, "modelCacheDir" | "ggufCache" | "log">> {
  /** A command that runs the host's. */
  wrap?: string[];
  /** Ends the load. */
  signal?: AbortSignal;
}

/** The model at `path` in a real batching host, which removes its sources when it ends. */
export async function loadBatchingHost(
  name: string,
  path: string,
  extra: Partial<ModelTarget> = {},
  { wrap = [], signal = new AbortController().signal, ...options }: BatchingHostOptions = {},
): Promise<Host> {
  const launcher = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
  const load = createLoader({
    engines: { choose: async () => ({ ...launcher, argv: [...wrap, ...launcher.argv] }) },
    kvCacheGb: 1,
    maxConcurrent: 16,
    modelCacheDir: "/nonexistent",
    ggufCache: 0,
    loadSeconds: 180,
    stallSeconds: 120,
    specialTokens: "text",
    log: silentLog,
    ...options,
  });
  const task = "text-generation-with-past";
  const target = {
    name,
    path,
    task,
    device: "AUTO",
    contextLength: null,
    engine: "auto" as const,
    properties: {},
  };
  const { host } = await load({ ...target, ...extra }, signal).catch((error: unknown) => {
    launcher.remove();
    throw error;
  });
  void host.exited.then(launcher.remove);
  return host;
}
