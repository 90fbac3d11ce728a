import { existsSync } from "node:fs";
import type { Variables } from "../../linux/program.ts";
import type { PythonEnvProbe } from "../../python/probe.ts";
import { createBatchingLauncher } from "./batching/launch.ts";
import { probeRuntime, runtimePython } from "./batching/probe.ts";
import { findAddon } from "./native/find.ts";
import { createNativeLauncher } from "./native/launch.ts";
import { probeNative } from "./native/probe.ts";

export type EngineName = "batching" | "native";

/** The command that starts one host, and its variables. */
export interface Launcher {
  engine: EngineName;
  argv: string[];
  env: Variables;
}

/** What is known of one kind of engine; `unknown`: it is installed and has not been asked yet. */
export interface EngineReport {
  name: EngineName;
  state: "unknown" | "ready" | "missing" | "broken";
  /** Why it does not run and what mends it; null: it does, or nobody knows yet. */
  reason: string | null;
  versions: Record<string, string>;
  /** As OpenVINO names them. */
  devices: string[];
  /** Device -> the name of the hardware behind it. */
  deviceNames: Record<string, string>;
}

/** One kind of engine on this machine. */
export interface EngineKind {
  /** null: it is not installed. */
  launcher: Launcher | null;
  /** Before it has been asked. */
  report: EngineReport;
  /** Starts it to see; takes a second. A broken one is an answer, not an error. */
  probe(): Promise<EngineReport>;
  /** Removes what was written to start its hosts. */
  dispose(): void;
}

export function createBatchingKind(runtimeDir: string, variables: Variables): EngineKind {
  const python = runtimePython(runtimeDir);
  const launcher = existsSync(python) ? createBatchingLauncher(python, variables) : null;
  const missing = `No engine is installed in "${runtimeDir}": run \`ov-llm setup\`.`;
  return {
    launcher: launcher && { engine: "batching", argv: launcher.argv, env: launcher.env },
    report: toReport("batching", launcher ? "unknown" : "missing", launcher ? null : missing),
    async probe() {
      if (launcher === null) return this.report;
      const found = await probeRuntime(runtimeDir);
      if (found.state !== "ready") {
        const what = `The engine in "${runtimeDir}" does not run: ${toWhy(found)}. Run \`ov-llm setup\`.`;
        return toReport("batching", "broken", what);
      }
      const { python, openvino, openvino_genai, devices, device_names } = found;
      const versions = { python, openvino, openvino_genai };
      return { ...toReport("batching", "ready", null), versions, devices, deviceNames: device_names };
    },
    dispose: () => launcher?.remove(),
  };
}

export function createNativeKind(nativeDir: string | null, variables: Variables): EngineKind {
  const dir = findAddon({ nativeDir });
  const place = nativeDir === null ? "beside the executable" : `in "${nativeDir}" (OV_NATIVE_DIR)`;
  const missing = `The native engine's addon is not ${place}: run \`ov-llm setup --native\`.`;
  return {
    launcher: dir === null ? null : { engine: "native", ...createNativeLauncher(dir, variables) },
    report: toReport("native", dir === null ? "missing" : "unknown", dir === null ? missing : null),
    async probe() {
      if (dir === null) return this.report;
      const found = await probeNative(dir, { variables });
      if (found.state !== "ready") {
        const what = `The native engine in "${dir}" does not run: ${toWhy(found)}`;
        const advice = what.endsWith("`.") ? "" : ". Run `ov-llm setup --native`.";
        return toReport("native", "broken", `${what}${advice}`);
      }
      const { openvino, openvino_node, openvino_genai_node, devices, device_names } = found;
      const versions = { openvino_genai_node, openvino_node, openvino };
      return { ...toReport("native", "ready", null), versions, devices, deviceNames: device_names };
    },
    dispose: () => {},
  };
}

function toReport(name: EngineName, state: EngineReport["state"], reason: string | null): EngineReport {
  return { name, state, reason, versions: {}, devices: [], deviceNames: {} };
}

function toWhy(found: Exclude<PythonEnvProbe<object>, { state: "ready" }>): string {
  return found.state === "broken" ? found.reason : "it is not installed";
}
