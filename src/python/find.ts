import { OvError, toCauseFacts } from "../errors.ts";
import { runProgram, type Variables } from "../linux/program.ts";
import type { PythonEnvLabels } from "./probe.ts";

/** How packages get onto this machine: with uv, or with a Python's own venv and pip. */
export type Installer =
  | { kind: "uv"; uv: string; python: string; version: string }
  | { kind: "pip"; python: string; version: string };

/** The oldest Python that the pinned packages have builds for: 3.10. */
const oldestRelease = 10;

/** In the order tried: the machine's own first, then the releases it may have beside it, newest first. */
const pythonNames: readonly string[] = [
  "python3",
  ...[14, 13, 12, 11, 10].map((release) => `python3.${release}`),
];

// With the machine's uv and no fitting Python: uv brings this one.
const ownPython = { python: "3.12", version: "3.12" };

interface Candidate {
  python: string;
  version: string;
  fits: boolean;
  hasEnsurepip: boolean;
}

export interface FindOptions {
  /** The newest Python that the packages have builds for: 13 is 3.13. */
  newest: number;
  /** OV_PYTHON: the one to take, a path or the name of a program; null: whichever fits. */
  named?: string | null | undefined;
  variables?: Variables | undefined;
  /** Fetches uv if the machine has none; `pythons`: the installed ones, of any release. Throws `setup_failed`. */
  bringUv(pythons: readonly string[]): Promise<string>;
  /** Has uv install a Python. Throws `setup_failed`. */
  bringPython(uv: string): Promise<{ python: string; version: string }>;
}

/**
 * What can install packages here: a Python of the machine with its venv and pip, or uv with such a Python, or uv with a
 * private Python. Throws `setup_failed`, with what to install, when there is nothing.
 */
export async function findInstaller(labels: PythonEnvLabels, options: FindOptions): Promise<Installer> {
  const { variables, named = null } = options;
  const candidates = await findPythons(named === null ? pythonNames : [named], options);
  const fitting = candidates.filter((candidate) => candidate.fits);
  if (named !== null && fitting.length === 0) throw refuseNamed(labels, named, candidates[0], options);
  const own = which("uv", variables);
  const complete = fitting.find((candidate) => candidate.hasEnsurepip);
  if (own === null && complete !== undefined)
    return { kind: "pip", python: complete.python, version: complete.version };
  try {
    const uv = own ?? (await options.bringUv(candidates.map(({ python }) => python)));
    // The uv of the machine brings one into the place that it is set up for.
    const brings = own === null ? options.bringPython : async () => ownPython;
    const { python, version } = fitting[0] ?? (await brings(uv));
    return { kind: "uv", uv, python, version };
  } catch (error) {
    if (!(error instanceof OvError)) throw error;
    throw explainNone(labels, candidates, fitting[0], options, error);
  }
}

function refuseNamed(
  { what, command }: PythonEnvLabels,
  named: string,
  found: Candidate | undefined,
  { newest }: FindOptions,
): OvError {
  return new OvError("setup_failed", {
    what: `Cannot set up ${what} with OV_PYTHON "${named}"`,
    why: found === undefined ? "no Python runs there" : `it is ${found.version}, and ${toNeed(newest)}`,
    next: `Set it to another one, or unset it, then run \`${command}\` again.`,
  });
}

const toNeed = (newest: number) => `it needs Python 3.${oldestRelease} to 3.${newest}`;

/** `cause`: why nothing could be brought. */
function explainNone(
  { what, command }: PythonEnvLabels,
  candidates: Candidate[],
  bare: Candidate | undefined,
  { newest }: FindOptions,
  cause: OvError,
): OvError {
  const found = candidates.map(({ python, version }) => `${python} is ${version}`).join(", ");
  const lacks =
    bare === undefined
      ? `${toNeed(newest)}, and there is ${found === "" ? "no Python on PATH" : `only: ${found}`}`
      : `${bare.python} (${bare.version}) lacks ensurepip, which venv needs`;
  const install = bare === undefined ? "python3 python3-venv" : "python3-venv";
  const { why, next = "" } = toCauseFacts(cause);
  const byHand = `Or install it yourself, on Debian with \`sudo apt install ${install}\`, or install uv. Then run \`${command}\` again.`;
  const facts = {
    what: `Cannot set up ${what}`,
    why: `${lacks}; ${why}`,
    next: next === "" ? `Run \`${command}\` again to continue.` : `${next} ${byHand}`,
  };
  return new OvError("setup_failed", facts, { cause });
}

async function findPythons(names: readonly string[], options: FindOptions): Promise<Candidate[]> {
  const paths = names.map((name) => which(name, options.variables)).filter((path) => path !== null);
  const candidates = await Promise.all([...new Set(paths)].map((path) => inspect(path, options)));
  return candidates.filter((candidate) => candidate !== null);
}

/** Runs it: a name on PATH may be a shim of a version manager that fails. */
async function inspect(python: string, { variables, newest }: FindOptions): Promise<Candidate | null> {
  const script =
    "import sys, importlib.util as u; " +
    "print(*sys.version_info[:3], int(all(u.find_spec(m) for m in ('venv', 'ensurepip'))))";
  const run = await runProgram([python, "-I", "-c", script], { variables, timeoutMs: 20_000 });
  const match = /^(\d+) (\d+) (\d+) ([01])$/m.exec(run.stdout);
  if (run.reason !== null || match === null) return null;
  const [, major, minor, patch, ensurepip] = match;
  const release = Number(minor);
  const fits = major === "3" && release >= oldestRelease && release <= newest;
  return { python, version: `${major}.${minor}.${patch}`, fits, hasEnsurepip: ensurepip === "1" };
}

/** What installs into an environment that is there; `uv`: a program, or the words that run it. */
export type InstallProgram = { kind: "pip" } | { kind: "uv"; uv: string | readonly string[] };

/** argv that makes an environment in the absent folder `dir`; uv's has no pip in it. */
export function toVenvCommand(installer: Installer, dir: string): string[] {
  return installer.kind === "uv"
    ? [installer.uv, "venv", "--python", installer.python, dir]
    : [installer.python, "-I", "-m", "venv", dir];
}

/**
 * argv that installs what a lock file names, and nothing else, for the environment whose interpreter is `python`. A file
 * whose sha256 is not in the lock ends it before anything is installed.
 */
export function toInstallCommand(
  program: InstallProgram,
  python: string,
  lockFile: string,
  options: readonly string[] = [],
): string[] {
  const words =
    program.kind === "uv"
      ? [...[program.uv].flat(), "pip", "install", "--python", python]
      : [python, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"];
  // Built packages only: a build from source would need compilers, fail late and unclearly, and run code that no hash covers.
  const built = ["--only-binary", ":all:"];
  return [...words, ...built, "--require-hashes", "--no-deps", ...options, "-r", lockFile];
}

export function which(program: string, variables: Variables | undefined): string | null {
  return variables === undefined ? Bun.which(program) : Bun.which(program, { PATH: variables.PATH ?? "" });
}
