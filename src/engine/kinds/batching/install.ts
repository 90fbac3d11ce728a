import { toInstallCommand, toRemoveCommand } from "../../../python/find.ts";
import { type InstallOptions, installPythonEnv, type PythonEnvPlan } from "../../../python/install.ts";
import {
  isPinnedRuntime,
  probeRuntime,
  type ReadyRuntime,
  type RuntimeFacts,
  runtimeLabels,
  runtimeRequirements,
} from "./probe.ts";

/**
 * Comes along with `openvino`, which works without it: at import it writes to `~/intel` and reports to its
 * maker, and a server at home reports to nobody.
 */
const telemetry = ["openvino-telemetry"];

const runtimePlan: PythonEnvPlan<RuntimeFacts> = {
  labels: runtimeLabels,
  probe: probeRuntime,
  isPinned: isPinnedRuntime,
  version: (facts) => facts.openvino_genai,
  async fill({ installer, python, say, step }) {
    say(`Installing ${runtimeRequirements.join(", ")} (about 90 MB to fetch)`);
    await step("install its packages", toInstallCommand(installer, python, runtimeRequirements));
    await step("leave out telemetry", toRemoveCommand(installer, python, telemetry));
  },
};

/** Makes `runtimeDir` hold the pinned engine and returns what it holds; see `installPythonEnv`. */
export function installRuntime({
  runtimeDir,
  ...options
}: InstallOptions & { runtimeDir: string }): Promise<ReadyRuntime> {
  return installPythonEnv(runtimePlan, runtimeDir, options);
}
