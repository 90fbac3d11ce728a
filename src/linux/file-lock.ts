import { dlopen, FFIType } from "bun:ffi";
import { closeSync, constants, openSync } from "node:fs";

// flock(2): LOCK_EX | LOCK_NB.
const exclusiveNow = 2 | 4;
const retryMs = 50;
// A FIFO in its place would be waited for without end.
const lockFlags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

export interface FileLockOptions {
  /** How long to wait for another holder. */
  waitMs: number;
  /** The error when the wait times out. */
  locked: () => Error;
}

/**
 * Runs `work` while this process alone holds the lock on `path`. It is the kernel's lock on an open file: it
 * ends with its process however that ends, so it is never stale, and the file may stay behind. The file is
 * never removed: a second holder could then lock a new one beside the first. Child processes do not inherit it.
 */
export async function withFileLock<T>(
  path: string,
  work: () => T | Promise<T>,
  { waitMs, locked }: FileLockOptions,
): Promise<T> {
  const libc = dlopen("libc.so.6", {
    flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  });
  const descriptor = openSync(path, lockFlags, 0o644);
  try {
    const deadline = performance.now() + waitMs;
    while (libc.symbols.flock(descriptor, exclusiveNow) !== 0) {
      if (performance.now() >= deadline) throw locked();
      await Bun.sleep(retryMs);
    }
    return await work();
  } finally {
    closeSync(descriptor);
    libc.close();
  }
}
