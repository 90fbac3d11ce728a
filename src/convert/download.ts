import { existsSync, mkdirSync, readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";
import {
  type HubOptions,
  type HubRun,
  parseDryRun,
  readEndpoint,
  runDownload,
  toLoginCommand,
} from "./hub.ts";

export interface DownloadOptions extends HubOptions {
  onProgress: (line: string) => void;
}

const progressMs = 2000;

/**
 * Brings a repository of the hub into `targetDir`, with the `hf` client. What is there already is not fetched
 * again, and a file that was cut goes on where it stopped, after a kill too. Throws `download_failed`.
 */
export async function downloadModel(options: DownloadOptions): Promise<{ path: string }> {
  const { repo, targetDir, onProgress } = options;
  refuseName(repo);
  makeFolder(repo, targetDir);
  const missing = await lookUp(options);
  if (missing.files > 0) {
    const { finished, partial } = measure(targetDir);
    refuseFullDisk(repo, targetDir, missing.bytes - partial);
    onProgress(`${repo}: ${missing.files} files, ${renderSize(missing.bytes)} to fetch`);
    const tell = () => {
      const now = measure(targetDir);
      onProgress(renderProgress(repo, now.finished + now.partial - finished, missing.bytes));
    };
    const timer = setInterval(tell, progressMs);
    const run = await runDownload(options).finally(() => clearInterval(timer));
    // Without a network the client takes whatever lies in the folder for the model, and ends well.
    const isDone = run.reason === null && !run.text.includes("Returning existing local_dir");
    if (!isDone) throw await toFailure(options, run);
  }
  onProgress(`${repo} is in ${targetDir}`);
  return { path: targetDir };
}

/** What is not there yet; asked before anything is fetched, so that a refusal comes at once. */
async function lookUp(options: DownloadOptions): Promise<{ files: number; bytes: number }> {
  const run = await runDownload(options, ["--dry-run", "--json"]);
  const listed = run.reason === null ? parseDryRun(run.stdout) : null;
  if (listed === null) throw await toFailure(options, run);
  return listed;
}

/** The hub's rule for names, https://huggingface.co/docs/huggingface_hub (validate_repo_id), with an owner. */
function refuseName(repo: string): void {
  const isName = /^[A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*$/.test(repo) && !/--|\.\.|\.git$/.test(repo);
  if (isName && repo.length <= 96) return;
  throw new OvError(
    "download_failed",
    `Cannot download ${JSON.stringify(repo)}: wanted is owner/name, as in Qwen/Qwen2.5-3B-Instruct.`,
  );
}

function makeFolder(repo: string, targetDir: string): void {
  try {
    mkdirSync(targetDir, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OvError("download_failed", `Cannot download ${repo} to "${targetDir}": ${reason}.`, {
      cause: error,
    });
  }
}

function refuseFullDisk(repo: string, targetDir: string, needed: number): void {
  const { bavail, bsize } = statfsSync(targetDir);
  if (needed <= bavail * bsize) return;
  throw new OvError(
    "download_failed",
    `Cannot download ${repo}: it needs ${renderSize(needed)} more in "${targetDir}", and ` +
      `${renderSize(bavail * bsize)} is free. Make room, then run it again.`,
  );
}

async function toFailure(options: DownloadOptions, { reason, text }: HubRun): Promise<OvError> {
  const { repo, targetDir, pythonEnv } = options;
  const fail = (why: string) => new OvError("download_failed", `Cannot download ${repo}: ${why}`);
  if (options.signal?.aborted === true) return fail("it was stopped. Run it again to go on.");
  if (/no space left|disk quota/i.test(text)) {
    return fail(`the disk of "${targetDir}" is full. Make room, then run it again to go on.`);
  }
  if (/requires approval|GatedRepoError/.test(text)) {
    return fail(
      `its owner wants its terms accepted. Do that on ${await readEndpoint(options)}/${repo}, log in with ` +
        `\`${toLoginCommand(pythonEnv)}\`, then run it again.`,
    );
  }
  if (/'[^']*' not found|RepositoryNotFoundError/.test(text)) {
    return fail(
      `there is no such model on ${await readEndpoint(options)}. Check its name; if it is private, log in with ` +
        `\`${toLoginCommand(pythonEnv)}\`.`,
    );
  }
  if (/cannot be accessed|local entry not found|connect|timed? ?out|HfHubHTTPError/i.test(text)) {
    return fail(
      `${await readEndpoint(options)} cannot be reached or does not answer. Check the network (and HF_ENDPOINT), ` +
        "then run it again to go on.",
    );
  }
  return fail(`${reason ?? "the client gave no list of its files"}.`);
}

/** Bytes of whole files, and of those that are being fetched: the client keeps these in a hidden folder. */
function measure(targetDir: string): { finished: number; partial: number } {
  const sizes = { finished: 0, partial: 0 };
  if (!existsSync(targetDir)) return sizes;
  for (const name of readdirSync(targetDir, { recursive: true, encoding: "utf8" })) {
    const isOwn = name.startsWith(".cache/");
    if (isOwn && !name.endsWith(".incomplete")) continue;
    // A file may be renamed between the list and this look.
    const entry = statSync(join(targetDir, name), { throwIfNoEntry: false });
    if (entry?.isFile()) sizes[isOwn ? "partial" : "finished"] += entry.size;
  }
  return sizes;
}

function renderProgress(repo: string, done: number, total: number): string {
  const share = total === 0 ? 100 : Math.max(0, Math.min(100, Math.floor((100 * done) / total)));
  return `${repo}: ${renderSize(Math.max(0, done))} of ${renderSize(total)} (${share} %)`;
}

/** In decimal units, as the hub's pages show sizes. */
function renderSize(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB"];
  const step = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${units[step]}`;
}
