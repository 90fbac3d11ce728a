import type { Log } from "../log.ts";
import type { ObserveModel } from "./events.ts";
import { startHost } from "./host.ts";
import { describeModel } from "./model-folder.ts";
import { protocolVersion } from "./protocol.ts";
import type { LoadModel } from "./target.ts";

export interface LoaderOptions {
  /** The command that starts a host, and its environment. */
  argv: string[];
  env: Record<string, string | undefined>;
  kvCacheGb: number | null;
  maxConcurrent: number;
  modelCacheDir: string;
  loadSeconds: number;
  stallSeconds: number;
  log: Log;
  observe?: ObserveModel;
}

/** How a model gets from its path into a host: looked at first, so that a wrong path gets a clear answer at once. */
export function createLoader(options: LoaderOptions): LoadModel {
  return async ({ name, path, device, contextLength }, signal) => {
    const described = await describeModel(path);
    const host = await startHost({
      model: name,
      argv: options.argv,
      env: options.env,
      load: {
        type: "load",
        protocol: protocolVersion,
        path,
        device,
        context_length: contextLength ?? described.contextLength,
        kv_cache_gb: options.kvCacheGb,
        max_concurrent: options.maxConcurrent,
        cache_dir: options.modelCacheDir,
        properties: {},
      },
      loadSeconds: options.loadSeconds,
      stallSeconds: options.stallSeconds,
      log: options.log,
      onCacheUsage: (usage) => options.observe?.({ type: "kv_cache", model: name, usage }),
      signal,
    });
    return { host, defaults: described.defaults };
  };
}
