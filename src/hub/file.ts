import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { renderBytes } from "../bytes.ts";
import { OvError } from "../errors.ts";
import type { HubFile } from "./listing.ts";
import { askHub, failed, type HubRequest, unreachable, watchSilence } from "./request.ts";

/** How often a file is asked for again without a byte more than before, and how long after each time, in milliseconds. */
const waitsMs = [1000, 2000, 4000, 8000];

/** More than any file has that comes without its size. */
const mostUnstated = 100_000_000;

export type FileRequest = Omit<HubRequest, "headers">;

/** Where an incomplete file is kept: hidden, so that it is not taken for a model. */
export function toPartialPath(target: string): string {
  return join(dirname(target), `.${basename(target)}.incomplete`);
}

/** Whether that very file lies there already. */
export async function isThere(target: string, { bytes, digest }: HubFile): Promise<boolean> {
  const found = statSync(target, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile() || (bytes !== null && found.size !== bytes)) return false;
  return digest === null || (await hashFile(target, digest.kind)) === digest.hex;
}

/**
 * Fetches one file to `target`, where it appears once it is whole and has its digest. What came before an interruption is
 * kept beside it, and the next call resumes there. `onBytes` gets how much is there. Throws `download_failed`.
 */
export async function downloadFile(
  request: FileRequest,
  file: HubFile,
  target: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const partial = toPartialPath(target);
  mkdirSync(dirname(target), { recursive: true });
  const isResumed = sizeOf(partial) > 0;
  await appendAll(request, file, partial, onBytes);
  const { digest } = file;
  if (digest === null || (await hashFile(partial, digest.kind)) === digest.hex) {
    return renameSync(partial, target);
  }
  rmSync(partial, { force: true });
  // What lay there was of another version.
  if (isResumed) return await downloadFile(request, file, target, onBytes);
  throw failed(request.repo, `${file.path} arrived damaged`, "Run it again.");
}

/** Asks again, with pauses, as long as that may help. */
async function appendAll(
  request: FileRequest,
  file: HubFile,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    const before = sizeOf(partial);
    try {
      return await append(request, file, partial, onBytes);
    } catch (error) {
      request.signal.throwIfAborted();
      if (sizeOf(partial) > before) tries = 0;
      const wait = waitsMs[tries];
      const isPassing = error instanceof OvError && error.retryAfterSeconds !== undefined;
      if (!isPassing || wait === undefined) throw error;
      await pause(wait, request.signal);
    }
  }
}

/** Appends what is missing. */
async function append(
  request: FileRequest,
  { path, bytes }: HubFile,
  partial: string,
  onBytes: (bytes: number) => void,
): Promise<void> {
  let size = sizeOf(partial);
  if (bytes !== null && size > bytes) rmSync(partial, { force: true });
  if (bytes !== null && size === bytes && size > 0) return;
  const silence = watchSilence(request.signal);
  const range: Record<string, string> = size > 0 ? { range: `bytes=${size}-` } : {};
  const response = await askHub({
    ...request,
    headers: { ...range, "accept-encoding": "identity" },
    signal: silence.signal,
  });
  // Without a range in the answer it starts from the front.
  const isPart = size > 0 && response.status === 206;
  if (!isPart) size = 0;
  const most = bytes ?? toMost(response, size);
  const handle = await open(partial, isPart ? "a" : "w");
  try {
    const fail = (cause: unknown) => unreachable(request.hub, request.repo, cause);
    for await (const chunk of silence.pieces(response, fail)) {
      // All of it: `write` may end early where the disk is full.
      await handle.writeFile(chunk);
      size += chunk.byteLength;
      onBytes(size);
      if (size > most) break;
    }
  } catch (error) {
    request.signal.throwIfAborted();
    throw error;
  } finally {
    silence.stop();
    await handle.close();
  }
  if (size > most) rmSync(partial, { force: true });
  if (bytes === null && size > most) {
    throw failed(
      request.repo,
      `${path} has more than ${renderBytes(most)}, and the hub does not state its size`,
    );
  }
  if (bytes === null || size === bytes) return;
  const why = `${path} ended after ${size} of ${bytes} bytes`;
  throw unreachable(request.hub, request.repo, new Error(why));
}

/** How many bytes a file may have whose size the list does not name: what the answer's length says, else not many. */
function toMost({ headers }: Response, before: number): number {
  const length = Number(headers.get("content-length") ?? Number.NaN);
  return Number.isSafeInteger(length) ? before + length : mostUnstated;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      "abort",
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}

/** In hexadecimal. A git blob has its kind and size before its content (git's "Git Objects"). */
async function hashFile(path: string, kind: "sha256" | "git"): Promise<string> {
  const hash = new Bun.CryptoHasher(kind === "git" ? "sha1" : "sha256");
  if (kind === "git") hash.update(`blob ${sizeOf(path)}\0`);
  for await (const chunk of Bun.file(path).stream()) hash.update(chunk);
  return hash.digest("hex");
}
