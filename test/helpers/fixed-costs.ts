import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runtimePython } from "../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "./environment.ts";
import { createTempDir } from "./temp.ts";

/**
 * An engine as OV_RUNTIME_DIR in which whether guessing tokens pays does not depend on the machine's speed: see
 * fixed_costs.py. Everything but the host runs with the real Python as it is.
 */
export function fixedCostsRuntime(): string {
  const folder = createTempDir();
  const program = join(import.meta.dir, "fixed_costs.py");
  const script = `#!/bin/sh
python='${runtimePython(runtimeDir())}'
case "$2" in
*/host.py) exec "$python" "$1" '${program}' "$2" ;;
*) exec "$python" "$@" ;;
esac
`;
  mkdirSync(join(folder, "bin"));
  writeFileSync(runtimePython(folder), script, { mode: 0o755 });
  return folder;
}
