import { type ErrorFacts, OvError } from "../errors.ts";
import { runProgram, type Variables } from "../linux/program.ts";
import type { PythonEnvLabels } from "./probe.ts";

/** How packages get onto this machine: with uv, or with a Python's own venv and pip. */
export type Installer =
  | { kind: "uv"; uv: string; python: string; version: string }
  | { kind: "pip"; python: string; version: string };

/** The Python releases that the pinned packages have builds for. */
const pythonReleases = { oldest: 10, newest: 13 } as const;

// With uv and no fitting Python: uv brings this one.
const uvPython = "3.12";

/** In the order tried: the machine's own first, then the releases it may have beside it, newest first. */
const pythonNames: readonly string[] = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];

interface Candidate {
  python: string;
  version: string;
  fits: boolean;
  hasEnsurepip: boolean;
}

/** What can install packages here. Throws `setup_failed`, with the package to install first, when nothing can. */
export async function findInstaller(labels: PythonEnvLabels, variables?: Variables): Promise<Installer> {
  const uv = which("uv", variables);
  const candidates = await findPythons(variables);
  const fitting = candidates.filter((candidate) => candidate.fits);
  if (uv !== null) {
    const { python, version } = fitting[0] ?? { python: uvPython, version: uvPython };
    return { kind: "uv", uv, python, version };
  }
  const complete = fitting.find((candidate) => candidate.hasEnsurepip);
  if (complete !== undefined) return { kind: "pip", python: complete.python, version: complete.version };
  throw new OvError("setup_failed", explainNone(labels, candidates, fitting));
}

function explainNone(
  { what, command }: PythonEnvLabels,
  candidates: Candidate[],
  fitting: Candidate[],
): ErrorFacts {
  const failed = `Cannot set up ${what}`;
  const bare = fitting[0];
  if (bare !== undefined) {
    return {
      what: failed,
      why: `${bare.python} (${bare.version}) lacks ensurepip, which venv needs`,
      next: `Install it with \`sudo apt install python3-venv\`, or install uv, then run \`${command}\` again.`,
    };
  }
  const found = candidates.map(({ python, version }) => `${python} is ${version}`).join(", ");
  const needs = `it needs Python 3.${pythonReleases.oldest} to 3.${pythonReleases.newest}`;
  return {
    what: failed,
    why: `${needs}, and there is ${found === "" ? "no Python on PATH" : `only: ${found}`}`,
    next: `Install one with \`sudo apt install python3 python3-venv\`, or install uv, then run \`${command}\` again.`,
  };
}

async function findPythons(variables: Variables | undefined): Promise<Candidate[]> {
  const paths = pythonNames.map((name) => which(name, variables)).filter((path) => path !== null);
  const candidates = await Promise.all([...new Set(paths)].map((path) => inspect(path, variables)));
  return candidates.filter((candidate) => candidate !== null);
}

/** Runs it: a name on PATH may be a shim of a version manager that fails. */
async function inspect(python: string, variables: Variables | undefined): Promise<Candidate | null> {
  const script =
    "import sys, importlib.util as u; " +
    "print(*sys.version_info[:3], int(all(u.find_spec(m) for m in ('venv', 'ensurepip'))))";
  const run = await runProgram([python, "-I", "-c", script], { variables, timeoutMs: 20_000 });
  const match = /^(\d+) (\d+) (\d+) ([01])$/m.exec(run.stdout);
  if (run.reason !== null || match === null) return null;
  const [, major, minor, patch, ensurepip] = match;
  const release = Number(minor);
  const fits = major === "3" && release >= pythonReleases.oldest && release <= pythonReleases.newest;
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
