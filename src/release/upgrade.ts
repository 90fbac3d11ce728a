import { accessSync, constants, existsSync, lstatSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { withFileLock } from "../linux/file-lock.ts";
import { toShownUrl } from "./address.ts";
import { fetchFile, fetchText } from "./fetch.ts";
import type { Installation } from "./installation.ts";
import { type Archive, findArchive, toVersionUrl } from "./sums.ts";
import { checkBeside, type Unpacked, unpack } from "./unpack.ts";

/** Which release is asked for. */
export interface Ask {
  /** Where the newest one lies. */
  url: string;
  /** null: that one. */
  version: string | null;
}

export interface Offer {
  archive: Archive;
  /** Of the folder that it lies in. */
  url: string;
}

/** What the address offers this machine. Throws `download_failed`, and `setup_failed` where there is nothing for it. */
export async function findOffer({ url, version }: Ask, signal: AbortSignal): Promise<Offer> {
  const folder = version === null ? url.replace(/\/+$/, "") : toVersionUrl(url, version);
  const archive = findArchive(await fetchText(`${folder}/SHA256SUMS`, signal), process.arch);
  if (archive === null) {
    const what = `The release at ${toShownUrl(folder)} has no archive for linux-${process.arch}`;
    throw new OvError("setup_failed", {
      what,
      next: "Choose another with --version, or build from a checkout.",
    });
  }
  if (version !== null && archive.version !== version) {
    const what = `The release at ${toShownUrl(folder)} is version ${archive.version}, expected ${version}`;
    throw new OvError("setup_failed", { what, next: "Check --release-url." });
  }
  return { archive, url: folder };
}

/** Fetches it into `scratch`, holds it to its sum and unpacks it there. Throws `download_failed` and `setup_failed`. */
export async function fetchOffer(
  { archive, url }: Offer,
  scratch: string,
  signal: AbortSignal,
): Promise<Unpacked> {
  const place = join(scratch, archive.name);
  await fetchFile(`${url}/${archive.name}`, archive.sha256, place, signal);
  return await unpack(place, scratch, signal);
}

/** Unpacks an archive on disk. `isChecked`: a SHA256SUMS beside it lists it. Throws `setup_failed`. */
export async function openArchive(
  path: string,
  scratch: string,
  signal: AbortSignal,
): Promise<Unpacked & { isChecked: boolean }> {
  if (!existsSync(path)) {
    throw new OvError("setup_failed", {
      what: `There is no file ${path}`,
      next: "Check the path of the archive.",
    });
  }
  const isChecked = await checkBeside(path);
  return { ...(await unpack(path, scratch, signal)), isChecked };
}

/**
 * Runs `work` while no other upgrade of this installation runs. Throws `setup_failed` when one does, and where this user must not
 * write there.
 */
export async function withUpgradeLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  requireWritable(folder);
  const locked = () =>
    new OvError("setup_failed", {
      what: "Another upgrade of this ov-llm is running",
      next: "Wait until it ends, then try again.",
    });
  return await withFileLock(join(folder, "upgrade.lock"), work, { waitMs: 0, locked });
}

function requireWritable(folder: string): void {
  try {
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    const next = "Run it as the user who installed ov-llm.";
    throw new OvError("setup_failed", { what: `Cannot write to ${folder}`, why: toReason(cause), next });
  }
}

/** The install.sh of the version before, which is kept whole. Throws `setup_failed`: there is none. */
export function findPrevious(folder: string): string {
  const script = join(findUnswitched(folder) ?? join(folder, "previous"), "install.sh");
  if (existsSync(script)) return script;
  throw new OvError("setup_failed", {
    what: "Cannot roll back: no previous version is kept",
    why: `there is no ${script}`,
    next: "`ov-llm upgrade --version X` installs a release; in a checkout, `git checkout COMMIT` and ./install.sh install an earlier version.",
  });
}

/**
 * Where that version lies if an upgrade was killed when the new executable was in its place, but `previous` still led to an older
 * version; else null. The link is written for its later place.
 */
function findUnswitched(folder: string): string | null {
  const next = join(folder, ".next");
  const link = join(next, "previous");
  if (existsSync(join(next, "ov-llm")) || lstatSync(link, { throwIfNoEntry: false }) === undefined)
    return null;
  return join(folder, readlinkSync(link));
}

/** The folder that install.sh installed into. Throws `setup_failed` with what to do instead. */
export function requireScript(installation: Installation): Installation & { kind: "script" } {
  if (installation.kind === "script") return installation;
  throw new OvError("setup_failed", { what: "Cannot upgrade this ov-llm", ...explain(installation) });
}

function explain(installation: Exclude<Installation, { kind: "script" }>): { why: string; next: string } {
  switch (installation.kind) {
    case "package":
      return {
        why: "the system's package manager installed it",
        next: "Install the newer package: sudo apt install ./ov-llm_VERSION_ARCH.deb.",
      };
    case "sources":
      return { why: "it runs from its sources", next: "Run `git pull` there." };
    case "other":
      return {
        why: `install.sh did not install ${installation.path}`,
        next: "Install with install.sh; in a container, use a newer image.",
      };
  }
}

/**
 * Where to look for a release: at `given`, which a flag or a setting names, else where this one came from. Throws `setup_failed`
 * where that is no release, with the next step.
 */
export function toReleaseUrl({ source }: Installation & { kind: "script" }, given: string | null): string {
  const url = given ?? (source.kind === "release" ? source.url : null);
  if (url !== null) return url;
  if (source.kind === "checkout") {
    throw new OvError("setup_failed", {
      what: "Cannot upgrade to a release",
      why: `this ov-llm was built from the checkout in ${source.folder}`,
      next: `Run: git -C '${source.folder}' pull && '${source.folder}/install.sh'. To change to a release, name its address with --release-url.`,
    });
  }
  throw new OvError("setup_failed", {
    what: "Cannot look for a release",
    why: "its address is not known",
    next: "Name it with --release-url or OV_RELEASE_URL, or give the path of an archive.",
  });
}
