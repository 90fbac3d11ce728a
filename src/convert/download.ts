import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { renderBytes } from "../bytes.ts";
import { OvError, toReason } from "../errors.ts";
import { taskFiles } from "../models/hf-folder.ts";
import {
  type HubOptions,
  type HubRun,
  parseDryRun,
  readEndpoint,
  runDownload,
  toLoginCommand,
  toRepoName,
} from "./hub.ts";
import { readFree } from "./resources.ts";

/** How far a download is; sizes in bytes. */
export type DownloadProgress =
  | { step: "started" }
  /** What is to be fetched; left out when everything is there already. */
  | { step: "listed"; files: number; bytes: number }
  | { step: "running"; done: number; bytes: number }
  | { step: "done" };

export interface DownloadOptions extends HubOptions {
  onProgress: (progress: DownloadProgress) => void;
}

const progressMs = 2000;

/**
 * Brings a repository of the hub into `targetDir`, with the `hf` client. Files that are there already are not fetched
 * again, and one that was cut off resumes where it stopped, after a kill too. Throws `download_failed`.
 */
export async function downloadModel(options: DownloadOptions): Promise<{ path: string }> {
  const { repo, targetDir, onProgress } = options;
  toRepoName(repo);
  onProgress({ step: "started" });
  makeFolder(repo, targetDir);
  const missing = await listMissing(options);
  if (missing.files > 0) {
    const { finished, partial } = measure(targetDir);
    refuseFullDisk(repo, targetDir, missing.bytes - partial);
    onProgress({ step: "listed", ...missing });
    const timer = setInterval(() => {
      const now = measure(targetDir);
      const done = Math.max(0, now.finished + now.partial - finished);
      onProgress({ step: "running", done, bytes: missing.bytes });
    }, progressMs);
    const run = await runDownload(options).finally(() => clearInterval(timer));
    // Without a network the client takes whatever lies in the folder for the model, and succeeds.
    const isDone = run.reason === null && !run.text.includes("Returning existing local_dir");
    if (!isDone) throw await toFailure(options, run);
  }
  onProgress({ step: "done" });
  return { path: targetDir };
}

/** Brings only the small files into `targetDir` that show what the model does; see `readHfTask`. Throws `download_failed`. */
export async function downloadConfig(options: HubOptions): Promise<void> {
  toRepoName(options.repo);
  const names = taskFiles.flatMap((name) => ["--include", name]);
  const run = await runDownload(options, names);
  if (run.reason !== null) throw await toFailure(options, run);
}

/** What is not there yet; asked before anything is fetched, so that a refusal comes at once. */
async function listMissing(options: DownloadOptions): Promise<{ files: number; bytes: number }> {
  const run = await runDownload(options, ["--dry-run", "--json"]);
  const listed = run.reason === null ? parseDryRun(run.stdout) : null;
  if (listed === null) throw await toFailure(options, run);
  return listed;
}

function makeFolder(repo: string, targetDir: string): void {
  try {
    mkdirSync(targetDir, { recursive: true });
  } catch (error) {
    const facts = { what: `Cannot download ${repo} to "${targetDir}"`, why: toReason(error) };
    throw new OvError("download_failed", facts, { cause: error });
  }
}

function refuseFullDisk(repo: string, targetDir: string, needed: number): void {
  const free = readFree(targetDir);
  if (needed <= free) return;
  const why = `it needs ${renderBytes(needed)} more in "${targetDir}", and ${renderBytes(free)} is free`;
  throw failed(repo, why, "Make room, then run it again.");
}

async function toFailure(options: HubOptions, { reason, text }: HubRun): Promise<OvError> {
  const { repo, targetDir, pythonEnv } = options;
  const again = "then run it again to continue.";
  const logIn = `log in with \`${toLoginCommand(pythonEnv)}\``;
  if (options.signal?.aborted === true) return failed(repo, "it was stopped", "Run it again to continue.");
  if (/no space left|disk quota/i.test(text)) {
    return failed(repo, `the disk of "${targetDir}" is full`, `Make room, ${again}`);
  }
  if (/requires approval|GatedRepoError/.test(text)) {
    const page = `${await readEndpoint(options)}/${repo}`;
    return failed(
      repo,
      "its owner requires that you accept the terms",
      `Do that on ${page}, ${logIn}, then run it again.`,
    );
  }
  if (/'[^']*' not found|RepositoryNotFoundError/.test(text)) {
    const why = `there is no such model on ${await readEndpoint(options)}`;
    return failed(repo, why, `Check its name; if it is private, ${logIn}.`);
  }
  if (/cannot be accessed|local entry not found|connect|timed? ?out|HfHubHTTPError/i.test(text)) {
    const why = `${await readEndpoint(options)} cannot be reached or does not answer`;
    return failed(repo, why, `Check the network (and HF_ENDPOINT), ${again}`);
  }
  return failed(repo, reason ?? "the client gave no list of its files");
}

function failed(repo: string, why: string, next?: string): OvError {
  const facts = { what: `Cannot download ${repo}`, why, ...(next === undefined ? {} : { next }) };
  return new OvError("download_failed", facts);
}

/** Bytes of whole files, and of those that are being fetched, which the client keeps in a hidden folder. */
function measure(targetDir: string): { finished: number; partial: number } {
  const sizes = { finished: 0, partial: 0 };
  if (!existsSync(targetDir)) return sizes;
  for (const name of readdirSync(targetDir, { recursive: true, encoding: "utf8" })) {
    const isOwn = name.startsWith(".cache/");
    if (isOwn && !name.endsWith(".incomplete")) continue;
    // A file may be renamed after it was listed.
    const entry = statSync(join(targetDir, name), { throwIfNoEntry: false });
    if (entry?.isFile()) sizes[isOwn ? "partial" : "finished"] += entry.size;
  }
  return sizes;
}
