import { type InstallOptions, installPythonEnv, type PythonEnvPlan } from "../../../python/install.ts";
import type { Lock } from "../../../python/lock.ts";
import lockText from "../../../python/locks/runtime.txt" with { type: "text" };
import {
  isPinnedRuntime,
  probeRuntime,
  type ReadyRuntime,
  type RuntimeFacts,
  runtimeLabels,
  runtimeRequirements,
} from "./probe.ts";

/**
 * Without openvino-telemetry, which `openvino` requires but does not need: at import it writes to `~/intel` and reports to
 * its maker, which a server at home must not do.
 */
export const runtimeLock: Lock = { name: "runtime", text: lockText };

const runtimePlan: PythonEnvPlan<RuntimeFacts> = {
  labels: runtimeLabels,
  probe: probeRuntime,
  isPinned: isPinnedRuntime,
  version: (facts) => facts.openvino_genai,
  newestPython: 14,
  locks: [runtimeLock],
  async fill({ say, install }) {
    say(`Installing ${runtimeRequirements.join(", ")} (about 130 MB to fetch)`);
    await install("install its packages", runtimeLock);
  },
};

/** Makes `runtimeDir` hold the pinned engine and returns what it holds; see `installPythonEnv`. */
export function installRuntime({
  runtimeDir,
  ...options
}: InstallOptions & { runtimeDir: string }): Promise<ReadyRuntime> {
  return installPythonEnv(runtimePlan, runtimeDir, options);
}
