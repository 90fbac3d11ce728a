import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type InstallOptions, installPythonEnv, type PythonEnvPlan } from "../../python/install.ts";
import type { PythonEnvLabels } from "../../python/probe.ts";
import { type ProbeOptions, type PythonEnvProbe, probePythonEnv, toPython } from "../../python/probe.ts";
import { convertLocks, convertPackages, fillConvertEnv } from "./packages.ts";

/** The converter's private Python environment: what it holds and what state it is in. */
const convertLabels: PythonEnvLabels = {
  what: "the converter",
  command: "ov-llm setup --convert",
  setting: "OV_CONVERT_ENV",
};

const Installed = Type.Object({
  python: Type.String(),
  /** Package -> version, for each of `convertPackages`. */
  packages: Type.Record(Type.String(), Type.String()),
});

export type ConvertFacts = Static<typeof Installed>;
export type ReadyConvertEnv = { state: "ready" } & ConvertFacts;
export type ConvertProbe = PythonEnvProbe<ConvertFacts>;

const isFacts = (value: unknown): value is ConvertFacts => Value.Check(Installed, value);

/**
 * The first line of what the converter has Python run: a converter that is killed takes it along (prctl(2): PR_SET_PDEATHSIG
 * = 1), so that it does not continue alone.
 */
export const endWithParent = "import ctypes, signal; ctypes.CDLL(None).prctl(1, signal.SIGKILL)";

/**
 * argv that runs `optimum-cli`; its own arguments (`export`, `openvino`, …) follow. `packages`: a folder that replaces packages
 * of the environment; null: none does.
 */
export function exporterCommand(pythonEnv: string, packages: string | null): string[] {
  const script = `${endWithParent}
import sys
sys.path[:0] = filter(None, [sys.argv.pop(1)])
from optimum.commands.optimum_cli import main
main()`;
  return [toPython(pythonEnv), "-I", "-c", script, packages ?? ""];
}

/** What is installed, by its metadata alone: a tenth of a second, before each conversion. */
export function probeConvertEnv(pythonEnv: string, options: ProbeOptions = {}): Promise<ConvertProbe> {
  return probePythonEnv(pythonEnv, versionsScript, isFacts, options);
}

/** The same after importing it all: some 5 to 10 seconds, and it finds what does not fit together. */
function probeImports(pythonEnv: string, options: ProbeOptions): Promise<ConvertProbe> {
  const script = `${importScript}\n${versionsScript}`;
  return probePythonEnv(pythonEnv, script, isFacts, { timeoutMs: 300_000, ...options });
}

/** Whether these are the pinned versions; a suffix such as `+cpu` names a build, not a version. */
export function isPinnedConvertEnv({ packages }: ConvertFacts): boolean {
  return Object.entries(convertPackages).every(
    ([name, version]) => packages[name]?.split("+")[0] === version,
  );
}

const convertPlan: PythonEnvPlan<ConvertFacts> = {
  labels: convertLabels,
  probe: probeImports,
  isPinned: isPinnedConvertEnv,
  version: ({ packages }) => `optimum-intel ${packages["optimum-intel"] ?? "?"}`,
  // The CPU builds of torch are locked up to it.
  newestPython: 13,
  locks: convertLocks,
  fill: fillConvertEnv,
};

/**
 * Makes `pythonEnv` hold the pinned converter and returns what it holds; see `installPythonEnv`.
 * It takes about 2 GB of disk.
 */
export function installConvertEnv({
  pythonEnv,
  ...options
}: InstallOptions & { pythonEnv: string }): Promise<ReadyConvertEnv> {
  return installPythonEnv(convertPlan, pythonEnv, options);
}

// A torchvision of another build breaks the model classes only, at their first use.
const importScript = `
import torch, nncf, openvino, openvino_tokenizers, huggingface_hub
from transformers import AutoTokenizer, LlamaForCausalLM
import optimum.exporters.openvino.__main__
from optimum.intel import OVModelForCausalLM
`;

const versionsScript = `
import json, platform
from importlib.metadata import version
print("\\n" + json.dumps({
    "python": platform.python_version(),
    "packages": {name: version(name) for name in ${JSON.stringify(Object.keys(convertPackages))}},
}))
`;
