import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { OvError } from "../../errors.ts";
import { withSetupLock } from "./lock.ts";
import {
  isPinnedRuntime,
  probeRuntime,
  type ReadyRuntime,
  runtimePython,
  runtimeRequirements,
} from "./probe.ts";
import { type Environment, type RunOptions, runProgram } from "./process.ts";
import { findInstaller, toInstallCommand, toRemoveCommand, toVenvCommand } from "./python.ts";

/**
 * Comes along with `openvino`, which works without it: at import it writes to `~/intel` and reports to its
 * maker, and a server at home reports to nobody.
 */
const telemetry = ["openvino-telemetry"];

export interface InstallOptions {
  runtimeDir: string;
  onProgress: (line: string) => void;
  signal?: AbortSignal;
  /** Variables for pip, uv and Python; absent: this process's own. */
  environment?: Environment;
}

/**
 * Makes `runtimeDir` hold the pinned engine and returns what it holds. A right one is left as it is. Else a
 * whole new one is built and tried beside it and then renamed into its place, so a kill at any moment
 * leaves the old environment or none, never half of one. (Only `bin/python` of an environment is ever
 * used, and that works after a rename; the scripts beside it would not.) Throws `setup_failed`.
 */
export async function installRuntime(options: InstallOptions): Promise<ReadyRuntime> {
  const { runtimeDir, onProgress } = options;
  const before = await probeRuntime(runtimeDir, options);
  if (before.state === "ready" && isPinnedRuntime(before)) return before;
  refuseForeignFolder(runtimeDir);
  return await withSetupLock(runtimeDir, async (scrapDir) => {
    // Another set-up may have ended while this one came to the lock.
    const now = await probeRuntime(runtimeDir, options);
    if (now.state === "ready" && isPinnedRuntime(now)) return now;
    if (now.state === "broken") onProgress(`Repairing the environment in ${runtimeDir}: ${now.reason}`);
    if (now.state === "ready")
      onProgress(`Upgrading the environment in ${runtimeDir} from ${now.openvino_genai}`);
    const fresh = mkdtempSync(join(scrapDir, "new-"));
    await build(join(fresh, "env"), options);
    await checkFresh(join(fresh, "env"), options);
    replaceFolder(join(fresh, "env"), runtimeDir, join(fresh, "old"));
    return await checkFresh(runtimeDir, options);
  });
}

async function build(dir: string, options: InstallOptions): Promise<void> {
  const installer = await findInstaller(options.environment);
  const tool = installer.kind === "uv" ? "uv" : "pip";
  options.onProgress(`Creating a Python ${installer.version} environment with ${tool}`);
  await step("create its Python environment", toVenvCommand(installer, dir), options);
  options.onProgress(`Installing ${runtimeRequirements.join(", ")} (about 90 MB to fetch)`);
  const install = toInstallCommand(installer, runtimePython(dir), runtimeRequirements);
  await step("install its packages", install, options);
  await step("leave out telemetry", toRemoveCommand(installer, runtimePython(dir), telemetry), options);
}

async function step(what: string, command: string[], options: InstallOptions): Promise<void> {
  const run = await runProgram(command, toRunOptions(options));
  if (run.reason === null) return;
  throw new OvError(
    "setup_failed",
    `Cannot set up the engine: the step to ${what} failed: ${run.reason}. ` +
      "Check the network and the free disk space, then run `ov-llm setup` again.",
  );
}

function toRunOptions(options: InstallOptions): RunOptions {
  const onLine = (line: string) => {
    if (isProgress(line)) options.onProgress(line);
  };
  return { environment: options.environment, signal: options.signal, onLine };
}

/** Lines of pip and uv that tell a person how far it is; their indexes, links and caches do not. */
export function isProgress(line: string): boolean {
  return /^(Collecting|Downloading|Processing|Installing|Successfully|Resolved|Prepared|Installed|\+ |error|warning: ret)/i.test(
    line,
  );
}

async function checkFresh(dir: string, options: InstallOptions): Promise<ReadyRuntime> {
  const probe = await probeRuntime(dir, options);
  if (probe.state === "ready" && isPinnedRuntime(probe)) return probe;
  const reason = probe.state === "broken" ? probe.reason : "it holds other versions than were asked for";
  throw new OvError(
    "setup_failed",
    `The engine was installed and does not work: ${reason}. Run \`ov-llm setup\` again; if it stays so, ` +
      "check that this machine is x86-64 or arm64 Linux with glibc 2.31 or newer.",
  );
}

/** Never replaces a folder that is not a Python environment: OV_RUNTIME_DIR may point at somebody's files. */
function refuseForeignFolder(runtimeDir: string): void {
  const entry = lstatSync(runtimeDir, { throwIfNoEntry: false });
  if (entry === undefined || entry.isSymbolicLink()) return;
  if (entry.isDirectory() && readdirSync(runtimeDir).length === 0) return;
  if (existsSync(join(runtimeDir, "pyvenv.cfg"))) return;
  throw new OvError(
    "setup_failed",
    `Cannot set up the engine in "${runtimeDir}": something else than a Python environment lies there. ` +
      "Set OV_RUNTIME_DIR to a folder that is empty or does not exist.",
  );
}

/** Two renames: between them there is no environment, which the next set-up mends. */
function replaceFolder(fresh: string, place: string, old: string): void {
  try {
    mkdirSync(dirname(place), { recursive: true });
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) renameSync(place, old);
    renameSync(fresh, place);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OvError("setup_failed", `Cannot put the engine into "${place}": ${reason}.`, { cause: error });
  }
}
