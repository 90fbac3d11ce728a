import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { type Environment, runProgram } from "./process.ts";

/**
 * The batching engine's private Python environment: what is in it, and what state it is in.
 * All three packages are pinned: a tokenizer of another release than the engine crashes it.
 */
export const runtimePackages = {
  openvino: "2026.4.1",
  "openvino-genai": "2026.4.1.0",
  "openvino-tokenizers": "2026.4.1.0",
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

export type ReadyRuntime = { state: "ready" } & Static<typeof Installed>;
export type RuntimeProbe = ReadyRuntime | { state: "missing" } | { state: "broken"; reason: string };

export function runtimePython(runtimeDir: string): string {
  return join(runtimeDir, "bin", "python");
}

export interface ProbeOptions {
  /** Variables for the Python process; absent: this process's own. */
  environment?: Environment;
  /** Longest time for the probe, in milliseconds. */
  timeoutMs?: number;
}

/** What is installed in `runtimeDir` and which devices it sees. A broken environment is an answer, not an error. */
export async function probeRuntime(runtimeDir: string, options: ProbeOptions = {}): Promise<RuntimeProbe> {
  if (isMissing(runtimeDir)) return { state: "missing" };
  const python = runtimePython(runtimeDir);
  if (!existsSync(python)) return { state: "broken", reason: `${python} is not there or leads nowhere` };
  const timeoutMs = options.timeoutMs ?? 60_000;
  const run = await runProgram([python, "-I", "-c", probeScript], { ...options, timeoutMs });
  const facts = parseProbe(run.stdout);
  if (facts !== null) return facts;
  return { state: "broken", reason: run.reason ?? `${python} printed no versions` };
}

/** Whether these are exactly the pinned versions. */
export function isPinnedRuntime(probe: ReadyRuntime): boolean {
  return (
    probe.openvino === runtimePackages.openvino &&
    probe.openvino_genai === runtimePackages["openvino-genai"] &&
    probe.openvino_tokenizers === runtimePackages["openvino-tokenizers"]
  );
}

/** A folder that is absent or empty holds no environment; a symlink that leads nowhere is not absent. */
function isMissing(runtimeDir: string): boolean {
  const entry = lstatSync(runtimeDir, { throwIfNoEntry: false });
  if (entry === undefined) return true;
  return entry.isDirectory() && readdirSync(runtimeDir).length === 0;
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

/** The probe's line: the last one, since native libraries may print before it. */
function parseProbe(stdout: string): ReadyRuntime | null {
  const value = parseJson(stdout.trimEnd().split("\n").at(-1) ?? "");
  return TypeCompiler.Compile(Installed).Check(value) ? { state: "ready", ...value } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
