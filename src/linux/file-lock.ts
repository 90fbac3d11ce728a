import { dlopen, FFIType } from "bun:ffi";
import { closeSync, constants, fstatSync, mkdirSync, openSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { toSystemCode } from "../errors.ts";
import { createLooks } from "../standstill.ts";

// flock(2): LOCK_EX | LOCK_NB.
const exclusiveNow = 2 | 4;
const retryMs = 50;
const mostTries = 200;
/** In step with somebody who removes what it makes, a process would fail as often as it tries: so it falls out of it. */
const triesInStep = 5;
// A FIFO in its place would be waited for without end.
const lockFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

export interface FileLockOptions {
  /** How long to wait for another holder, without what this process stood still. */
  waitMs: number;
  /** The error when the wait times out. */
  locked: () => Error;
  /** The file goes with the lock, and its folder is made if necessary. Only where every holder of it says so. */
  removes?: boolean;
}

/**
 * Runs `work` while this process alone holds the lock on `path`. It is the kernel's lock on an open file: it
 * ends with its process however that ends, so it is never stale, and the file may stay behind. Child processes do not
 * inherit it. Throws what `openSync` throws.
 */
export async function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  { waitMs, locked, removes = false }: FileLockOptions,
): Promise<T> {
  const libc = dlopen("libc.so.6", {
    flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  });
  const open = async () => (removes ? openInNewFolder(path) : openSync(path, lockFlags, 0o644));
  let descriptor = await open();
  try {
    const looks = createLooks(retryMs);
    for (let deadline = performance.now() + waitMs; ; deadline += looks.look()) {
      if (libc.symbols.flock(descriptor, exclusiveNow) === 0) {
        if (!removes || isAt(path, descriptor)) break;
        // Its last holder removed it meanwhile: the lock of whoever comes next is on another file.
        const removed = descriptor;
        descriptor = await open();
        closeSync(removed);
      } else if (performance.now() >= deadline) throw locked();
      else await Bun.sleep(retryMs);
    }
    try {
      return await work();
    } finally {
      if (removes) rmSync(path, { force: true });
    }
  } finally {
    closeSync(descriptor);
    libc.close();
  }
}

/** Another holder may remove the folder, empty again, at any moment. */
async function openInNewFolder(path: string): Promise<number> {
  for (let tries = 1; ; tries++) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, lockFlags, 0o644);
    } catch (error) {
      if (tries === mostTries || !isFleeting(error)) throw error;
      if (tries % triesInStep === 0) await Bun.sleep(1 + Math.random());
    }
  }
}

/** What a folder that goes while it is made may give; EEXIST: it was there, and was gone at the second look. */
function isFleeting(error: unknown): boolean {
  const code = toSystemCode(error);
  return code === "ENOENT" || code === "EEXIST";
}

function isAt(path: string, descriptor: number): boolean {
  return statSync(path, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
}
