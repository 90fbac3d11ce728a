import { existsSync, mkdirSync, statfsSync } from "node:fs";
import { dirname } from "node:path";
import { renderBytes } from "../bytes.ts";
import { OvError, toReason } from "../errors.ts";
import { isDiskFull } from "../files.ts";
import type { Variables } from "../linux/program.ts";
import { findHub, type HubAddress } from "./address.ts";
import { downloadFile, isThere, toPartialPath } from "./file.ts";
import { type HubFile, type Listing, listRepo, toFilePath } from "./listing.ts";
import { askForText, failed } from "./request.ts";

/** How far a download is; sizes in bytes. */
export type DownloadProgress =
  | { step: "started" }
  /** What is to be fetched; left out when everything is there already. */
  | { step: "listed"; files: number; bytes: number }
  /** `file`: the one that comes now; its `digest` in hexadecimal, null where the hub names none. */
  | {
      step: "running";
      done: number;
      bytes: number;
      file: { path: string; digest: string | null; done: number; bytes: number };
    }
  | { step: "done" };

export interface Target {
  file: HubFile;
  path: string;
}

export interface Download {
  listing: Listing;
  /** Those of its files that are wanted, and where each goes. */
  targets: readonly Target[];
  signal: AbortSignal;
  onProgress: (progress: DownloadProgress) => void;
}

/** A hub of models. What its methods throw is `download_failed`, or the signal's reason when that aborts. */
export interface Hub {
  /** What is in `owner/name`. */
  list(repo: string, signal: AbortSignal): Promise<Listing>;
  /** A small text file of it; null: it has none of that name, or a large one. */
  readText(listing: Listing, path: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Brings files into a folder. What is there already is not fetched again, and what was cut off resumes where it stopped,
   * after a kill too.
   */
  download(download: Download): Promise<void>;
}

const largestText = 2 ** 20;
const progressMs = 500;

export function createHub(variables: Variables): Hub {
  const hub = findHub(variables);
  return {
    list: (repo, signal) => listRepo(hub, repo, signal),
    async readText(listing, path, signal) {
      const file = listing.files.find((one) => one.path === path);
      if (file === undefined || (file.bytes ?? 0) > largestText) return null;
      const request = { hub, repo: listing.repo, path: toFilePath(listing, file), signal };
      return await askForText(request, largestText);
    },
    download: (download) => downloadFiles(hub, download),
  };
}

async function downloadFiles(hub: HubAddress, download: Download): Promise<void> {
  const { listing, signal, onProgress } = download;
  const { repo } = listing;
  onProgress({ step: "started" });
  for (const { path } of download.targets) makeFolder(repo, dirname(path));
  const missing = await findMissing(download);
  if (missing.length > 0) {
    const bytes = missing.reduce((sum, { file }) => sum + (file.bytes ?? 0), 0);
    refuseFullDisk(repo, missing, bytes);
    onProgress({ step: "listed", files: missing.length, bytes });
    let before = 0;
    for (const { file, path } of missing) {
      const report = createReport(file, before, bytes, onProgress);
      const request = { hub, repo, path: toFilePath(listing, file), signal };
      await downloadFile(request, file, path, report).catch((error: unknown) => {
        if (error instanceof OvError || signal.aborted) throw error;
        throw isDiskFull(error) ? toFull(repo, path) : toUnwritable(repo, path, error);
      });
      before += file.bytes ?? 0;
    }
  }
  onProgress({ step: "done" });
}

/** Reports at most every `progressMs`, and the last byte. */
function createReport(
  { path, bytes, digest }: HubFile,
  before: number,
  all: number,
  onProgress: Download["onProgress"],
): (done: number) => void {
  let last = 0;
  return (done) => {
    const now = performance.now();
    if (now - last < progressMs && done !== bytes) return;
    last = now;
    const file = { path, digest: digest?.hex ?? null, done, bytes: bytes ?? done };
    onProgress({ step: "running", done: before + done, bytes: Math.max(all, before + done), file });
  };
}

async function findMissing({ targets, signal }: Download): Promise<Target[]> {
  const missing: Target[] = [];
  for (const target of targets) {
    signal.throwIfAborted();
    if (!(await isThere(target.path, target.file))) missing.push(target);
  }
  return missing;
}

function makeFolder(repo: string, folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw failed(repo, `"${folder}" cannot be made (${toReason(error)})`, undefined, { cause: error });
  }
}

function refuseFullDisk(repo: string, missing: readonly Target[], bytes: number): void {
  const [first] = missing;
  if (first === undefined) return;
  const partial = missing.map(({ path }) => toPartialPath(path)).filter((path) => existsSync(path));
  const needed = bytes - partial.reduce((sum, path) => sum + Bun.file(path).size, 0);
  const folder = dirname(first.path);
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  if (needed <= free) return;
  const why = `it needs ${renderBytes(needed)} more in "${folder}", and ${renderBytes(free)} is free`;
  throw failed(repo, why, "Make room, then run it again.");
}

function toFull(repo: string, path: string): OvError {
  const why = `the disk of "${dirname(path)}" is full`;
  return failed(repo, why, "Make room, then run it again to continue.");
}

function toUnwritable(repo: string, path: string, cause: unknown): OvError {
  return failed(repo, `"${path}" cannot be written (${toReason(cause)})`, undefined, { cause });
}
