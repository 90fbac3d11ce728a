import { existsSync } from "node:fs";
import type { Variables } from "../../../linux/program.ts";
import { type EngineKind, toReport } from "../kind.ts";
import { createBatchingLauncher } from "./launch.ts";
import { probeRuntime, runtimePython } from "./probe.ts";
import { batchingSupports } from "./supports.ts";

const next = "Run `ov-llm setup`.";

/** The engine in Python, if installed in `runtimeDir`. */
export function createBatchingKind(runtimeDir: string, variables: Variables): EngineKind {
  const python = runtimePython(runtimeDir);
  const launcher = existsSync(python) ? createBatchingLauncher(python, variables) : null;
  const missing = { what: `No engine is installed in "${runtimeDir}"`, next };
  return {
    launcher,
    supports: batchingSupports,
    report: launcher ? toReport("batching", "unknown", null) : toReport("batching", "missing", missing),
    async probe() {
      if (launcher === null) return this.report;
      const found = await probeRuntime(runtimeDir);
      if (found.state !== "ready") {
        const what = `The engine in "${runtimeDir}" does not run`;
        const why = found.state === "broken" ? found.reason : "it is not installed";
        return toReport("batching", "broken", { what, why, next });
      }
      const { python, openvino, openvino_genai, devices, device_names } = found;
      const versions = { python, openvino, openvino_genai };
      return { ...toReport("batching", "ready", null), versions, devices, deviceNames: device_names };
    },
    dispose: () => launcher?.remove(),
  };
}
