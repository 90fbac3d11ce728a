import { createBatchingLauncher } from "../../src/engine/batching/launch.ts";
import { createLoader } from "../../src/engine/load-model.ts";
import { runtimePython } from "../../src/engine/runtime/probe.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { modelPath, runtimeDir } from "../helpers/environment.ts";
import { silentLog } from "../helpers/log.ts";
import { describeConformance } from "./conformance.ts";

describeConformance("memory", async () => createMemoryHost());

describeConformance("batching", async () => {
  const launcher = createBatchingLauncher(runtimePython(runtimeDir()), process.env);
  const load = createLoader({
    ...launcher,
    kvCacheGb: 1,
    maxConcurrent: 16,
    modelCacheDir: "/nonexistent",
    loadSeconds: 60,
    stallSeconds: 30,
    log: silentLog,
  });
  const target = { name: "smol", path: modelPath(), device: "AUTO", contextLength: null };
  const { host } = await load(target, new AbortController().signal);
  void host.exited.then(launcher.remove);
  return host;
});
