import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { OvError } from "../errors.ts";
import { type Environment, type Run, runProgram } from "../linux/program.ts";
import { findInstaller, type Installer, toVenvCommand } from "./find.ts";
import type { EnvironmentLabels } from "./labels.ts";
import { withSetupLock } from "./lock.ts";
import { type EnvironmentProbe, environmentPython, type ProbeOptions } from "./probe.ts";

export interface InstallOptions {
  onProgress: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** Variables for pip, uv and Python; absent: this process's own. */
  environment?: Environment | undefined;
}

/** One kind of environment: how it is filled, and how one tells what it holds. */
export interface EnvironmentPlan<Facts extends object> {
  labels: EnvironmentLabels;
  probe(environmentDir: string, options: ProbeOptions): Promise<EnvironmentProbe<Facts>>;
  /** Whether it holds exactly what `fill` would bring today. */
  isPinned(facts: Facts): boolean;
  /** The version that a person knows it by. */
  version(facts: Facts): string;
  /** Brings the packages into a new environment. */
  fill(builder: Builder): Promise<void>;
}

/** A new environment with nothing but pip in it. */
export interface Builder {
  installer: Installer;
  /** Its interpreter. */
  python: string;
  environment: Environment | undefined;
  say(line: string): void;
  /** Runs a command of the set-up; throws `setup_failed` when it fails. `what`: "install its packages". */
  step(what: string, command: string[]): Promise<void>;
  /** Runs a command that may fail. */
  attempt(command: string[]): Promise<Run>;
}

/**
 * Makes `environmentDir` hold what the plan says and returns what it holds. A right one is left as it is.
 * Else a whole new one is built and tried beside it and then renamed into its place, so a kill at any
 * moment leaves the old environment or none, never half of one. (Only `bin/python` of an environment is
 * ever used, and that works after a rename; the scripts beside it would not.) Throws `setup_failed`.
 */
export async function installEnvironment<Facts extends object>(
  plan: EnvironmentPlan<Facts>,
  environmentDir: string,
  options: InstallOptions,
): Promise<{ state: "ready" } & Facts> {
  const { onProgress } = options;
  const before = await plan.probe(environmentDir, options);
  if (before.state === "ready" && plan.isPinned(before)) return before;
  refuseForeignFolder(environmentDir, plan.labels);
  return await withSetupLock(environmentDir, plan.labels, async (scrapDir) => {
    // Another set-up may have ended while this one came to the lock.
    const now = await plan.probe(environmentDir, options);
    if (now.state === "ready" && plan.isPinned(now)) return now;
    if (now.state === "broken") onProgress(`Repairing the environment in ${environmentDir}: ${now.reason}`);
    if (now.state === "ready")
      onProgress(`Upgrading the environment in ${environmentDir} from ${plan.version(now)}`);
    const folder = mkdtempSync(join(scrapDir, "new-"));
    const fresh = join(folder, "env");
    await build(plan, fresh, options);
    await checkFresh(plan, fresh, options);
    replaceFolder(plan.labels, fresh, environmentDir, join(folder, "old"));
    return await checkFresh(plan, environmentDir, options);
  });
}

async function build<Facts extends object>(
  plan: EnvironmentPlan<Facts>,
  dir: string,
  options: InstallOptions,
): Promise<void> {
  const installer = await findInstaller(plan.labels, options.environment);
  const builder = createBuilder(plan.labels, installer, dir, options);
  builder.say(`Creating a Python ${installer.version} environment with ${installer.kind}`);
  await builder.step("create its Python environment", toVenvCommand(installer, dir));
  await plan.fill(builder);
}

function createBuilder(
  { what, command: setup }: EnvironmentLabels,
  installer: Installer,
  dir: string,
  { environment, signal, onProgress }: InstallOptions,
): Builder {
  const onLine = (line: string) => {
    if (isProgress(line)) onProgress(line);
  };
  const attempt = (command: string[]) => runProgram(command, { environment, signal, onLine });
  return {
    installer,
    python: environmentPython(dir),
    environment,
    say: onProgress,
    attempt,
    async step(title, command) {
      const run = await attempt(command);
      if (run.reason === null) return;
      // Who stopped it has nothing to check.
      const next =
        signal?.aborted === true
          ? `Run \`${setup}\` again to carry on.`
          : `Check the network and the free disk space, then run \`${setup}\` again.`;
      throw new OvError(
        "setup_failed",
        `Cannot set up ${what}: the step to ${title} failed: ${run.reason}. ${next}`,
      );
    },
  };
}

/** Lines of pip and uv that tell a person how far it is; their indexes, links and caches do not. */
export function isProgress(line: string): boolean {
  return /^(Collecting|Downloading|Processing|Installing|Successfully|Resolved|Prepared|Installed|\+ |error|warning: ret)/i.test(
    line,
  );
}

async function checkFresh<Facts extends object>(
  plan: EnvironmentPlan<Facts>,
  dir: string,
  options: InstallOptions,
): Promise<{ state: "ready" } & Facts> {
  const probe = await plan.probe(dir, options);
  if (probe.state === "ready" && plan.isPinned(probe)) return probe;
  const reason = probe.state === "broken" ? probe.reason : "it holds other versions than were asked for";
  const { what, command } = plan.labels;
  throw new OvError(
    "setup_failed",
    `T${what.slice(1)} was installed and does not work: ${reason}. Run \`${command}\` again; if it stays so, ` +
      "check that this machine is x86-64 or arm64 Linux with glibc 2.31 or newer.",
  );
}

/** Never replaces a folder that is not a Python environment: the setting may point at somebody's files. */
function refuseForeignFolder(environmentDir: string, { what, setting }: EnvironmentLabels): void {
  const entry = lstatSync(environmentDir, { throwIfNoEntry: false });
  if (entry === undefined || entry.isSymbolicLink()) return;
  if (entry.isDirectory() && readdirSync(environmentDir).length === 0) return;
  if (existsSync(join(environmentDir, "pyvenv.cfg"))) return;
  throw new OvError(
    "setup_failed",
    `Cannot set up ${what} in "${environmentDir}": something else than a Python environment lies there. ` +
      `Set ${setting} to a folder that is empty or does not exist.`,
  );
}

/** Two renames: between them there is no environment, which the next set-up mends. */
function replaceFolder({ what }: EnvironmentLabels, fresh: string, place: string, old: string): void {
  try {
    mkdirSync(dirname(place), { recursive: true });
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) renameSync(place, old);
    renameSync(fresh, place);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OvError("setup_failed", `Cannot put ${what} into "${place}": ${reason}.`, { cause: error });
  }
}
