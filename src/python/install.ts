import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { type Run, runProgram, type Variables } from "../linux/program.ts";
import { withSetupLock } from "../linux/setup-lock.ts";
import { findInstaller, type Installer, toVenvCommand } from "./find.ts";
import type { PythonEnvLabels } from "./probe.ts";
import { type ProbeOptions, type PythonEnvProbe, toPython } from "./probe.ts";

export interface InstallOptions {
  onProgress: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** For pip, uv and Python; absent: those of this process. */
  variables?: Variables | undefined;
}

/** One kind of Python environment: how it is filled, and what it must hold. */
export interface PythonEnvPlan<Facts extends object> {
  labels: PythonEnvLabels;
  probe(pythonEnv: string, options: ProbeOptions): Promise<PythonEnvProbe<Facts>>;
  /** Whether it holds exactly what `fill` would install today. */
  isPinned(facts: Facts): boolean;
  /** The version by which people know it. */
  version(facts: Facts): string;
  /** Installs the packages into a new environment. */
  fill(builder: Builder): Promise<void>;
}

/** A new Python environment that holds only pip. */
export interface Builder {
  installer: Installer;
  /** Its interpreter. */
  python: string;
  variables: Variables | undefined;
  say(line: string): void;
  /** Runs a command of the set-up; throws `setup_failed` when it fails. `what`: "install its packages". */
  step(what: string, command: string[]): Promise<void>;
  /** Runs a command that may fail. */
  attempt(command: string[]): Promise<Run>;
}

/**
 * Makes `pythonEnv` hold what the plan says, and returns what it holds. One that is right is left as it is. Otherwise a
 * new one is built and tried beside it, then renamed into its place: a kill at any moment leaves the old environment or
 * none, never half of one. (A rename breaks the scripts of an environment; `toPython` is all that is ever run.) Throws
 * `setup_failed`.
 */
export async function installPythonEnv<Facts extends object>(
  plan: PythonEnvPlan<Facts>,
  pythonEnv: string,
  options: InstallOptions,
): Promise<{ state: "ready" } & Facts> {
  const { onProgress } = options;
  const before = await plan.probe(pythonEnv, options);
  if (before.state === "ready" && plan.isPinned(before)) return before;
  refuseForeignFolder(pythonEnv, plan.labels);
  return await withSetupLock(pythonEnv, plan.labels, async (scrapDir) => {
    // Another set-up may have ended before this one got the lock.
    const now = await plan.probe(pythonEnv, options);
    if (now.state === "ready" && plan.isPinned(now)) return now;
    if (now.state === "broken") onProgress(`Repairing the environment in ${pythonEnv}: ${now.reason}`);
    if (now.state === "ready")
      onProgress(`Upgrading the environment in ${pythonEnv} from ${plan.version(now)}`);
    const folder = mkdtempSync(join(scrapDir, "new-"));
    const fresh = join(folder, "env");
    await build(plan, fresh, options);
    await checkFresh(plan, fresh, options);
    replaceFolder(plan.labels, fresh, pythonEnv, join(folder, "old"));
    return await checkFresh(plan, pythonEnv, options);
  });
}

async function build<Facts extends object>(
  plan: PythonEnvPlan<Facts>,
  dir: string,
  options: InstallOptions,
): Promise<void> {
  const installer = await findInstaller(plan.labels, options.variables);
  const builder = createBuilder(plan.labels, installer, dir, options);
  builder.say(`Creating a Python ${installer.version} environment with ${installer.kind}`);
  await builder.step("create its Python environment", toVenvCommand(installer, dir));
  await plan.fill(builder);
}

function createBuilder(
  { what, command: setup }: PythonEnvLabels,
  installer: Installer,
  dir: string,
  { variables, signal, onProgress }: InstallOptions,
): Builder {
  const onLine = (line: string) => {
    if (isProgress(line)) onProgress(line);
  };
  const attempt = (command: string[]) => runProgram(command, { variables, signal, onLine });
  return {
    installer,
    python: toPython(dir),
    variables,
    say: onProgress,
    attempt,
    async step(title, command) {
      const run = await attempt(command);
      if (run.reason === null) return;
      throw new OvError("setup_failed", {
        what: `Cannot set up ${what}`,
        why: `the step to ${title} failed: ${run.reason}`,
        next: toNextTry(setup, signal),
      });
    },
  };
}

/** What to do after a failed step of `command`; whoever stopped it has nothing to check. */
export function toNextTry(command: string, signal: AbortSignal | undefined): string {
  if (signal?.aborted) return `Run \`${command}\` again to continue.`;
  return `Check the network and the free disk space, then run \`${command}\` again.`;
}

/** Whether a line of pip or uv shows progress; those about indexes, links and caches do not. */
function isProgress(line: string): boolean {
  return /^(Collecting|Downloading|Processing|Installing|Successfully|Resolved|Prepared|Installed|\+ |error|warning: ret)/i.test(
    line,
  );
}

async function checkFresh<Facts extends object>(
  plan: PythonEnvPlan<Facts>,
  dir: string,
  options: InstallOptions,
): Promise<{ state: "ready" } & Facts> {
  const probe = await plan.probe(dir, options);
  if (probe.state === "ready" && plan.isPinned(probe)) return probe;
  const { what, command } = plan.labels;
  throw new OvError("setup_failed", {
    what: `Installed ${what}, but it does not work`,
    why: probe.state === "broken" ? probe.reason : "it holds versions other than requested",
    next:
      `Run \`${command}\` again. If that does not help, check that this machine runs x86-64 or arm64 Linux with ` +
      "glibc 2.31 or newer.",
  });
}

/** A folder that is no Python environment is never replaced: the setting may point at somebody's files. */
function refuseForeignFolder(pythonEnv: string, { what, setting }: PythonEnvLabels): void {
  const entry = lstatSync(pythonEnv, { throwIfNoEntry: false });
  if (entry === undefined || entry.isSymbolicLink()) return;
  if (entry.isDirectory() && readdirSync(pythonEnv).length === 0) return;
  if (existsSync(join(pythonEnv, "pyvenv.cfg"))) return;
  throw new OvError("setup_failed", {
    what: `Cannot set up ${what} in "${pythonEnv}"`,
    why: "something other than a Python environment lies there",
    next: `Set ${setting} to a folder that is empty or does not exist.`,
  });
}

/** Two renames: between them there is no environment, which the next set-up repairs. */
function replaceFolder(
  { what, command, setting }: PythonEnvLabels,
  fresh: string,
  place: string,
  old: string,
): void {
  try {
    mkdirSync(dirname(place), { recursive: true });
    if (lstatSync(place, { throwIfNoEntry: false }) !== undefined) renameSync(place, old);
    renameSync(fresh, place);
  } catch (error) {
    const next = `Make its folder writable or set ${setting} to another one, then run \`${command}\` again.`;
    const facts = { what: `Cannot put ${what} into "${place}"`, why: toReason(error), next };
    throw new OvError("setup_failed", facts, { cause: error });
  }
}
