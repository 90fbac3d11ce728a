import type { Log } from "../../log.ts";
import { describeModel } from "../../models/folder.ts";
import { checkEntryTask } from "../../models/served.ts";
import { protocolVersion } from "../../protocol/messages.ts";
import type { ObserveModel } from "../pool/events.ts";
import type { LoadModel } from "../pool/target.ts";
import { startHost } from "../supervise/host.ts";
import { toBatchingProperties } from "./batching/properties.ts";
import type { Engines } from "./engines.ts";

export interface LoaderOptions {
  engines: Pick<Engines, "choose">;
  kvCacheGb: number | null;
  maxConcurrent: number;
  modelCacheDir: string;
  loadSeconds: number;
  stallSeconds: number;
  log: Log;
  observe?: ObserveModel;
}

/** How a model gets from its path into a host. Its files are checked first, so that a wrong path or task fails clearly. */
export function createLoader(options: LoaderOptions): LoadModel {
  return async ({ name, path, task, device, contextLength, engine, properties }, signal) => {
    const described = await describeModel(path);
    checkEntryTask(name, task, described);
    const needsNative = device.startsWith("NPU") || properties.ATTENTION_BACKEND === "SDPA";
    const launcher = await options.engines.choose(engine, needsNative);
    const host = await startHost({
      model: name,
      argv: launcher.argv,
      env: launcher.env,
      load: {
        type: "load",
        protocol: protocolVersion,
        path,
        device,
        context_length: contextLength ?? described.contextLength,
        kv_cache_gb: options.kvCacheGb,
        max_concurrent: options.maxConcurrent,
        cache_dir: options.modelCacheDir,
        properties: launcher.engine === "batching" ? toBatchingProperties(properties) : properties,
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
