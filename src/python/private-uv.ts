import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { runProgram } from "../linux/program.ts";
import type { Lock } from "./lock.ts";
import uvText from "./locks/uv.txt" with { type: "text" };
import { listUvSources, type UvWanted } from "./uv-sources.ts";

/** Installs a Python if the machine has no suitable one, and fetches a CPU build of torch if pip finds none. */
export const uvVersion = "0.13.9";
export const uvRequirement = `uv==${uvVersion}`;
export const uvLock: Lock = { name: "uv", text: uvText };

/** The executable in the locked wheels, by machine as `process.arch` names it; `bun run locks uv` writes them. */
export const uvSha256: Readonly<Record<string, string>> = {
  x64: "b73acdf73b96c3ac9e56d2fa933427b3ee6a901e3cce6ba1e3ecb3f91ca0d86a",
  arm64: "6109e47a75f2380d1cc90b00a6ee82b7b5792ddf66588625ec168545ae17512e",
};

/** The folder beside a Python environment for the fetched uv and the Pythons that it installs. */
export function toPrivateDir(pythonEnv: string): string {
  return join(dirname(pythonEnv), "private-python");
}

export interface BringUvOptions extends Pick<UvWanted, "pythons" | "variables" | "signal"> {
  dir: string;
  say: (line: string) => void;
  /** Of the executable, in hexadecimal; absent: that of this release. */
  sha256?: string | undefined;
}

/** The pinned uv in `dir`, fetched if it is not there. Only the locked executable is ever kept. Throws `setup_failed`. */
export async function bringUv({
  dir,
  say,
  sha256 = uvSha256[process.arch],
  ...options
}: BringUvOptions): Promise<string> {
  const uv = join(dir, "uv");
  if (existsSync(uv) && (await digestOf(await Bun.file(uv).bytes())) === sha256) return uv;
  say(`Fetching uv ${uvVersion}, which provides what Python lacks here (17 MB)`);
  const scrapDir = makeFolder(dir);
  try {
    return await fetchUv(uv, sha256, {
      ...options,
      version: uvVersion,
      machine: process.arch,
      lock: uvLock,
      scrapDir,
    });
  } finally {
    rmSync(scrapDir, { recursive: true, force: true });
  }
}

async function fetchUv(uv: string, sha256: string | undefined, wanted: UvWanted): Promise<string> {
  const failures: string[] = [];
  for (const source of listUvSources(wanted)) {
    const found = await source.fetch();
    if (wanted.signal?.aborted) throw failed("it was stopped", "");
    if (!Buffer.isBuffer(found)) failures.push(`${source.name}: ${found.reason}`);
    else if ((await digestOf(found)) !== sha256)
      failures.push(`${source.name}: its file is not the locked one`);
    else return keep(found, uv);
  }
  const next = "Check the network and the proxy, or name a package index in UV_DEFAULT_INDEX.";
  throw failed(failures.join("; "), next);
}

function failed(why: string, next: string): OvError {
  return new OvError("setup_failed", { what: `Cannot fetch uv ${uvVersion}`, why, next });
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest("SHA-256", Uint8Array.from(bytes))).toString("hex");
}

function makeFolder(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true });
    return mkdtempSync(join(dir, "scrap-"));
  } catch (error) {
    throw new OvError("setup_failed", {
      what: `Cannot write to "${dir}"`,
      why: toReason(error),
      next: "Make it writable.",
    });
  }
}

/** By a rename, which disturbs neither running programs nor a concurrent set-up. */
function keep(bytes: Buffer, uv: string): string {
  const fresh = `${uv}.${process.pid}`;
  writeFileSync(fresh, bytes);
  chmodSync(fresh, 0o755);
  renameSync(fresh, uv);
  return uv;
}

/** The release that uv brings. */
const privatePython = "3.12";

/** A private Python in `dir`, installed by uv if it is not there; its path and version. Throws `setup_failed`. */
export async function bringPython(
  uv: string,
  { dir, say, variables, signal }: Pick<BringUvOptions, "dir" | "say" | "variables" | "signal">,
): Promise<{ python: string; version: string }> {
  const installed = join(dir, "pythons");
  say(`Installing a private Python ${privatePython} with uv into ${installed} (about 30 MB)`);
  const command = [uv, "python", "install", "--no-bin", "--install-dir", installed, privatePython];
  const { reason } = await runProgram(command, { variables, signal });
  const name = existsSync(installed)
    ? readdirSync(installed)
        .sort()
        .findLast((one) => one.startsWith(`cpython-${privatePython}.`))
    : undefined;
  if (reason !== null || name === undefined) {
    throw new OvError("setup_failed", {
      what: `Cannot install Python ${privatePython} with uv`,
      why: reason ?? `${installed} holds none`,
      next: "Check the network and the proxy, or name a mirror of Python's builds in UV_PYTHON_INSTALL_MIRROR.",
    });
  }
  const version = /^cpython-([\d.]+)/.exec(name)?.[1] ?? privatePython;
  return { python: join(installed, name, "bin", `python${privatePython}`), version };
}
