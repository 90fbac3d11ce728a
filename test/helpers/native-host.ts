import { createNativeLauncher } from "../../src/engine/kinds/native/launch.ts";
import { createLoader } from "../../src/engine/loader.ts";
import type { ModelTarget } from "../../src/engine/model/target.ts";
import type { Host } from "../../src/engine/supervise/types.ts";
import type { Log } from "../../src/log.ts";
import { silentLog } from "./log.ts";

export interface NativeHostOptions {
  target?: Partial<ModelTarget>;
  loadSeconds?: number;
  log?: Log;
  /** By default the sources with bun. */
  command?: string[];
}

/** The model at `path` in a native host over the addon in `dir`. */
export async function loadNativeHost(
  dir: string,
  path: string,
  options: NativeHostOptions = {},
): Promise<Host> {
  const launcher = createNativeLauncher(dir, process.env);
  const { argv } = launcher;
  const command = options.command ? [...options.command, ...argv.slice(argv.indexOf("engine-host"))] : argv;
  const load = createLoader({
    engines: { choose: async () => ({ ...launcher, argv: command }) },
    kvCacheGb: 0,
    maxConcurrent: 16,
    modelCacheDir: "/nonexistent",
    ggufCache: 0,
    loadSeconds: options.loadSeconds ?? 60,
    stallSeconds: 120,
    specialTokens: "text",
    log: options.log ?? silentLog,
  });
  const target = {
    name: "m",
    path,
    task: "text-generation-with-past",
    device: "AUTO",
    contextLength: null,
    engine: "auto" as const,
    properties: {},
  };
  const { host } = await load({ ...target, ...options.target }, new AbortController().signal);
  return host;
}
