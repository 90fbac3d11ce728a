/**
 * `bun run locks`: writes every lock file of the project again, in the newest versions that the pins allow. Needs a
 * network, npm and Python. Words after it name the files to write: `bun run locks runtime`.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { runProgram } from "../../src/linux/program.ts";
import { parseLock } from "../../src/python/lock.ts";
import { uvRequirement } from "../../src/python/private-uv.ts";
import { type Environment, environments, pythonReleases } from "./environments.ts";
import { must } from "./must.ts";
import { renewNpm } from "./npm-locks.ts";
import { renewStarter } from "./starter-hash.ts";
import { root } from "./text.ts";
import { renewUv } from "./uv-hashes.ts";

const File = Type.Object({ url: Type.String(), hashes: Type.Object({ sha256: Type.String() }) });
const Package = Type.Object({
  name: Type.String(),
  version: Type.String(),
  marker: Type.Optional(Type.String()),
  sdist: Type.Optional(File),
  wheels: Type.Optional(Type.Array(File)),
});
/** What is read of a pylock.toml (Python packaging specifications, "pylock.toml"). */
const PyLock = Type.Object({ packages: Type.Array(Package) });

type LockFile = Static<typeof File>;

if (import.meta.main) await main(process.argv.slice(2));

async function main(names: string[]): Promise<void> {
  const isAsked = (name: string) => names.length === 0 || names.includes(name);
  const scratch = mkdtempSync(join(tmpdir(), "ov-llm-locks-"));
  try {
    const uv = await bringUv(scratch);
    for (const environment of environments.filter(({ lock }) => isAsked(basename(lock, ".txt"))))
      await renew(uv, environment, scratch);
    if (isAsked("npm")) await renewNpm(scratch);
    if (isAsked("starter")) await renewStarter(scratch);
    if (isAsked("uv")) await renewUv(scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function renew(uv: string, environment: Environment, scratch: string): Promise<void> {
  const { lock, requirements } = environment;
  const run = await compile(uv, environment, scratch);
  if (run.reason !== null) {
    console.log(`${lock}: not renewed: ${run.reason}`);
    process.exitCode = 1;
    return;
  }
  const text = renderLock(environment, run.stdout);
  writeFileSync(join(root, lock), text);
  console.log(`${lock}: ${parseLock(text).length} packages for ${requirements.join(", ")}`);
}

/** The resolution as pylock.toml, for Linux on both machines and every Python that is served. */
async function compile(uv: string, environment: Environment, scratch: string) {
  const dir = mkdtempSync(join(scratch, "environment-"));
  const { oldest = pythonReleases[0] } = environment;
  const pythons = `python_full_version >= '${oldest}' and python_full_version < '3.${toNewest(environment) + 1}'`;
  const machines = ["x86_64", "aarch64"].map(
    (machine) => `"sys_platform == 'linux' and platform_machine == '${machine}' and ${pythons}"`,
  );
  writeFileSync(join(dir, "pyproject.toml"), `[tool.uv]\nenvironments = [${machines.join(", ")}]\n`);
  writeFileSync(join(dir, "requirements.in"), `${environment.requirements.join("\n")}\n`);
  const options = ["--universal", "--python-version", oldest, "--no-python-downloads", "--quiet"];
  const format = ["--format", "pylock.toml", "--no-header", "--no-annotate"];
  const deps = environment.alone === true ? ["--no-deps"] : [];
  const backend = environment.cpuTorch === true ? ["--torch-backend", "cpu"] : [];
  const input = ["--directory", dir, "requirements.in"];
  return await runProgram([uv, "pip", "compile", ...options, ...format, ...deps, ...backend, ...input], {
    timeoutMs: 300_000,
  });
}

/** The minor version of the newest Python that it is for. */
function toNewest({ newest = "3.13" }: Environment): number {
  return Number(newest.slice("3.".length));
}

/** A requirements file that pip and uv take with --require-hashes; it names no registry. Exported for its test. */
export function renderLock(environment: Environment, pylock: string): string {
  const { leftOut, only, fromSource, oldest = pythonReleases[0] } = environment;
  const newest = toNewest(environment);
  const read = Bun.TOML.parse(pylock);
  if (!Value.Check(PyLock, read)) throw new Error("uv wrote a pylock.toml of another form");
  const { packages } = read;
  const kept = packages.filter(
    ({ name }) => leftOut?.test(name) !== true && (only === undefined || only.test(name)),
  );
  const blocks = kept.flatMap(({ name, version, marker, sdist, wheels = [] }) => {
    const files =
      fromSource === true
        ? sdist === undefined
          ? []
          : [sdist]
        : wheels.filter((wheel) => isForUs(wheel, newest));
    if (files.length === 0) throw new Error(`${name} ${version} has no file for this project's machines`);
    // What users install is for both machines; the tests' own tools need not be.
    const missing = environment.lock.startsWith("src/") ? findMissingMachine(files, marker) : undefined;
    if (missing !== undefined) throw new Error(`${name} ${version} has no file for ${missing}`);
    const condition = simplifyMarker(marker ?? "", oldest, newest);
    const head = `${name}==${version}${condition === "" ? "" : ` ; ${condition}`}`;
    const hashes = files.map(({ hashes: { sha256 } }) => `    --hash=sha256:${sha256}`);
    return [[head, ...hashes.sort()].join(" \\\n")];
  });
  return `# Written by \`bun run locks\`; do not edit.\n${blocks.join("\n")}\n`;
}

/** Without what is true of every machine and Python that the lock is for. */
function simplifyMarker(marker: string, oldest: string, newest: number): string {
  const machine = (name: string) => `(platform_machine == '${name}' and sys_platform == 'linux')`;
  return [
    ` and (${machine("aarch64")} or ${machine("x86_64")})`,
    ` and python_full_version < '3.${newest + 1}'`,
  ]
    .reduce((rest, always) => rest.replace(always, ""), marker)
    .replace(new RegExp(`^python_full_version >= '${oldest}'(?: and |$)`), "");
}

/** The machine that none of the wheels is for, of those that the marker does not rule out. */
function findMissingMachine(wheels: LockFile[], marker = ""): string | undefined {
  const named = ["x86_64", "aarch64"].filter((machine) =>
    marker.includes(`platform_machine == '${machine}'`),
  );
  const needed = named.length > 0 ? named : ["x86_64", "aarch64"];
  return needed.find(
    (machine) => !wheels.some(({ url }) => url.endsWith("-any.whl") || url.includes(`_${machine}`)),
  );
}

/** Whether a wheel can be installed here: by its tags (Python packaging specifications, "Platform compatibility tags"). */
function isForUs({ url }: LockFile, newest: number): boolean {
  const [python = "", abi = "", platform = ""] = basename(url, ".whl").split("-").slice(-3);
  const isMachine = platform === "any" || /(^|\.)(many)?linux\w*_(x86_64|aarch64)(\.|$)/.test(platform);
  const releases = pythonReleases
    .map((release) => `cp${release.replace(".", "")}`)
    .filter((tag) => Number(tag.slice("cp3".length)) <= newest);
  if (!isMachine) return false;
  if (abi === "abi3") return python.split(".").some((tag) => Number(tag.replace("cp3", "")) <= newest);
  if (abi === "none") return python.split(".").some((tag) => /^py3\d*$/.test(tag) || releases.includes(tag));
  return releases.includes(abi);
}

/** The uv on PATH, else the pinned one in an environment of its own. */
async function bringUv(scratch: string): Promise<string> {
  const own = Bun.which("uv");
  if (own !== null) return own;
  const dir = join(scratch, "uv");
  await must(["python3", "-m", "venv", dir]);
  await must([join(dir, "bin/python"), "-m", "pip", "install", "--quiet", uvRequirement]);
  return join(dir, "bin/uv");
}
