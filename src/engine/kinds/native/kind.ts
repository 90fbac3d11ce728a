import type { Variables } from "../../../linux/program.ts";
import { type EngineKind, toReport } from "../kind.ts";
import { findAddon } from "./find.ts";
import { createNativeLauncher } from "./launch.ts";
import { probeNative } from "./probe.ts";
import { nativeSupports } from "./supports.ts";

const next = "Run `ov-llm setup --native`.";

/** The engine in JavaScript, if its addon is installed in one of the usual places, or in `nativeDir`. */
export function createNativeKind(nativeDir: string | null, variables: Variables): EngineKind {
  const dir = findAddon({ nativeDir });
  const place = nativeDir === null ? "beside the executable" : `in "${nativeDir}" (OV_NATIVE_DIR)`;
  const missing = { what: `The native engine's addon is not ${place}`, next };
  return {
    launcher: dir === null ? null : createNativeLauncher(dir, variables),
    supports: nativeSupports,
    report: dir === null ? toReport("native", "missing", missing) : toReport("native", "unknown", null),
    async probe() {
      if (dir === null) return this.report;
      const found = await probeNative(dir, { variables });
      if (found.state !== "ready") {
        const what = `The native engine in "${dir}" does not run`;
        const broken = found.state === "broken" ? found : { reason: "it is not installed" };
        return toReport("native", "broken", { what, why: broken.reason, next, ...broken });
      }
      const { openvino, openvino_node, openvino_genai_node, devices, device_names } = found;
      const versions = { openvino_genai_node, openvino_node, openvino };
      return { ...toReport("native", "ready", null), versions, devices, deviceNames: device_names };
    },
    dispose: () => {},
  };
}
