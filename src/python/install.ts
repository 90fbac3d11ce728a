import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { type Run, runProgram, type Variables } from "../linux/program.ts";
import { withSetupLock } from "../linux/setup-lock.ts";
import {
  type FindOptions,
  findInstaller,
  type Installer,
  type InstallProgram,
  toVenvCommand,
} from "./find.ts";
import type { Lock } from "./lock.ts";
import { installLocked } from "./locked-install.ts";
import pipText from "./locks/pip.txt" with { type: "text" };
import { bringPython, bringUv, toPrivateDir } from "./private-uv.ts";
import type { PythonEnvLabels } from "./probe.ts";
import { type ProbeOptions, type PythonEnvProbe, toPython } from "./probe.ts";
import { isMadeFrom, writeStamp } from "./stamp.ts";
import { checkSystem } from "./system.ts";

export interface InstallOptions {
  onProgress: (line: string) => void;
  signal?: AbortSignal | undefined;
  /** For pip, uv and Python; absent: those of this process. */
  variables?: Variables | undefined;
  /** OV_PYTHON: the Python to make the environment with; null: whichever fits. */
  python?: string | null | undefined;
  /** The digest of the uv that may be fetched; absent: that of this release. */
  uvSha256?: string | undefined;
  /** The machine's file system; absent: `/`. */
  root?: string | undefined;
}

/** One kind of Python environment: how it is filled, and what it must hold. */
export interface PythonEnvPlan<Facts extends object> {
  labels: PythonEnvLabels;
  probe(pythonEnv: string, options: ProbeOptions): Promise<PythonEnvProbe<Facts>>;
  /** Whether it holds the versions that `fill` would install today. */
  isPinned(facts: Facts): boolean;
  /** The version by which people know it. */
  version(facts: Facts): string;
  /** The newest Python that its packages have builds for: 13 is 3.13. */
  newestPython: number;
  /** What `fill` installs; an environment that was made from other locks is made again. */
  locks: readonly Lock[];
  /** Installs the packages into a new environment. */
  fill(builder: Builder): Promise<void>;
}

/** A new Python environment that holds only pip. */
export interface Builder {
  /** The environment. */
  dir: string;
  variables: Variables | undefined;
  say(line: string): void;
  /** Installs what the lock names; throws `setup_failed` when that fails. `title`: "install its packages". */
  install(title: string, lock: Lock): Promise<void>;
  /** The same by a program of choice, and it may fail; throws `setup_failed` at a file that is not the locked one. */
  attempt(lock: Lock, program: InstallProgram, options?: readonly string[]): Promise<Run>;
}

/** Comes into environments that uv makes; a Python's own venv brings the pip of that Python. */
export const pipRequirement = "pip==26.3";
const pipLock: Lock = { name: "pip", text: pipText };

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
  if (before.state === "ready" && isRight(plan, pythonEnv, before)) return before;
  refuseForeignFolder(pythonEnv, plan.labels);
  checkSystem(plan.labels, options);
  return await withSetupLock(pythonEnv, plan.labels, async (scrapDir) => {
    // Another set-up may have ended before this one got the lock.
    const now = await plan.probe(pythonEnv, options);
    if (now.state === "ready" && isRight(plan, pythonEnv, now)) return now;
    if (now.state === "broken") onProgress(`Repairing the environment in ${pythonEnv}: ${now.reason}`);
    if (now.state === "ready") onProgress(explainRenewal(plan, pythonEnv, now));
    const folder = mkdtempSync(join(scrapDir, "new-"));
    const fresh = join(folder, "env");
    await build(plan, fresh, pythonEnv, options);
    await checkFresh(plan, fresh, options);
    replaceFolder(plan.labels, fresh, pythonEnv, join(folder, "old"));
    return await checkFresh(plan, pythonEnv, options);
  });
}

function isRight<Facts extends object>(plan: PythonEnvPlan<Facts>, dir: string, facts: Facts): boolean {
  return plan.isPinned(facts) && isMadeFrom(dir, plan.locks);
}

/** Why one that works is made again. */
function explainRenewal<Facts extends object>(plan: PythonEnvPlan<Facts>, dir: string, facts: Facts): string {
  return plan.isPinned(facts)
    ? `Renewing the environment in ${dir}: it was not made from the lock files of this release`
    : `Upgrading the environment in ${dir} from ${plan.version(facts)}`;
}

/** `dir` is filled, which comes to lie at `place`. */
async function build<Facts extends object>(
  plan: PythonEnvPlan<Facts>,
  dir: string,
  place: string,
  options: InstallOptions,
): Promise<void> {
  const installer = await findInstaller(plan.labels, toFindOptions(plan.newestPython, place, options));
  options.onProgress(`Creating a Python ${installer.version} environment with ${installer.kind}`);
  await createEnvironment(plan.labels, installer, dir, options);
  const builder = createBuilder(plan.labels, installer, dir, options);
  if (installer.kind === "uv") await builder.install("install pip", pipLock);
  await plan.fill(builder);
  writeStamp(dir, plan.locks);
}

function toFindOptions(
  newest: number,
  place: string,
  { python, variables, signal, onProgress: say, uvSha256: sha256 }: InstallOptions,
): FindOptions {
  const bring = { dir: toPrivateDir(place), say, variables, signal };
  return {
    newest,
    named: python,
    variables,
    bringUv: (pythons) => bringUv({ ...bring, pythons, sha256 }),
    bringPython: (uv) => bringPython(uv, bring),
  };
}

async function createEnvironment(
  labels: PythonEnvLabels,
  installer: Installer,
  dir: string,
  { variables, signal }: InstallOptions,
): Promise<void> {
  const run = await runProgram(toVenvCommand(installer, dir), { variables, signal });
  if (run.reason !== null) throw failedStep(labels, "create its Python environment", run.reason, signal);
}

function createBuilder(
  labels: PythonEnvLabels,
  installer: Installer,
  dir: string,
  { variables, signal, onProgress }: InstallOptions,
): Builder {
  const onLine = (line: string) => {
    // pip names our lock file behind each package, which says nothing to whoever waits.
    if (isProgress(line)) onProgress(line.replace(/ \(from -r .*$/, ""));
  };
  const failure = { what: `Cannot set up ${labels.what}`, command: labels.command };
  const options = { ...failure, scrapDir: dirname(dir), variables, signal, onLine };
  const attempt: Builder["attempt"] = (lock, program, more = []) =>
    installLocked(lock, { ...options, program, python: toPython(dir), options: more });
  return {
    dir,
    variables,
    say: onProgress,
    attempt,
    async install(title, lock) {
      const run = await attempt(lock, installer);
      if (run.reason !== null) throw failedStep(labels, title, run.reason, signal);
    },
  };
}

function failedStep(
  { what, command }: PythonEnvLabels,
  title: string,
  reason: string,
  signal: AbortSignal | undefined,
): OvError {
  return new OvError("setup_failed", {
    what: `Cannot set up ${what}`,
    why: `the step to ${title} failed: ${reason}`,
    next: toNextTry(command, signal),
  });
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
      `Run \`${command}\` again. If that does not help, check that this machine runs Linux on x86-64 with glibc 2.28 ` +
      "or newer, or on arm64 with glibc 2.35 or newer.",
  });
}

/** A folder that is no Python environment is never replaced: the setting may point at the user's files. */
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
