import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { PythonEnvLabels } from "../../../python/probe.ts";
import { type ProbeOptions, type PythonEnvProbe, probePythonEnv, toPython } from "../../../python/probe.ts";

/**
 * The batching engine's private Python environment: what is in it, and what state it is in.
 * All packages are pinned: a tokenizer of another release than the engine crashes it.
 */
export const runtimePackages = {
  openvino: "2026.4.1",
  "openvino-genai": "2026.4.1.0",
  "openvino-tokenizers": "2026.4.1.0",
  /** Decodes sound. The last release for Python 3.10. */
  av: "17.1.0",
  /** Decodes images. The last release for Python 3.10. */
  pillow: "12.3.0",
} as const;

/** As pip and uv take them: `name==version`. */
export const runtimeRequirements: readonly string[] = Object.entries(runtimePackages).map(
  ([name, version]) => `${name}==${version}`,
);

/** What the probe prints. */
const Installed = Type.Object({
  python: Type.String(),
  openvino: Type.String(),
  openvino_genai: Type.String(),
  openvino_tokenizers: Type.String(),
  /** As OpenVINO names them: CPU, GPU, GPU.0, NPU, … */
  devices: Type.Array(Type.String()),
  /** Device -> the name of the hardware behind it. */
  device_names: Type.Record(Type.String(), Type.String()),
});

export type RuntimeFacts = Static<typeof Installed>;
export type ReadyRuntime = { state: "ready" } & RuntimeFacts;
export type RuntimeProbe = PythonEnvProbe<RuntimeFacts>;

export const runtimeLabels: PythonEnvLabels = {
  what: "the engine",
  command: "ov-llm setup",
  setting: "OV_RUNTIME_DIR",
};

export const runtimePython = toPython;

/** What is installed in `runtimeDir` and which devices it sees. A broken environment is a result, not an error. */
export function probeRuntime(runtimeDir: string, options: ProbeOptions = {}): Promise<RuntimeProbe> {
  const isFacts = (value: unknown): value is RuntimeFacts => Value.Check(Installed, value);
  return probePythonEnv(runtimeDir, probeScript, isFacts, options);
}

/** Whether these are exactly the pinned versions. */
export function isPinnedRuntime(probe: RuntimeFacts): boolean {
  return (
    probe.openvino === runtimePackages.openvino &&
    probe.openvino_genai === runtimePackages["openvino-genai"] &&
    probe.openvino_tokenizers === runtimePackages["openvino-tokenizers"]
  );
}

const probeScript = `
import json, platform
from importlib.metadata import version
import openvino, openvino_genai
core = openvino.Core()
devices = list(core.available_devices)
def name(device):
    try:
        return str(core.get_property(device, "FULL_DEVICE_NAME"))
    except Exception as error:
        return "unknown (%s)" % error
print("\\n" + json.dumps({
    "python": platform.python_version(),
    "openvino": version("openvino"),
    "openvino_genai": version("openvino-genai"),
    "openvino_tokenizers": version("openvino-tokenizers"),
    "devices": devices,
    "device_names": {device: name(device) for device in devices},
}))
`;
