import { dlopen, FFIType } from "bun:ffi";
import { closeSync, openSync } from "node:fs";
import { OvError } from "../errors.ts";

// flock(2): LOCK_EX | LOCK_NB.
const exclusiveNow = 2 | 4;
const retryMs = 50;

/**
 * Runs `work` while this process alone holds the lock on `path`. It is the kernel's lock on an open file:
 * it ends with its process however that ends, so it is never stale, and the file may stay behind.
 * The file is never removed: a second writer could then lock a new one beside the first.
 * `work` is synchronous, so no child process started meanwhile can inherit the lock.
 * Throws `registry_locked` when another one holds it for longer than `waitMs`.
 */
export async function withFileLock(path: string, work: () => void, waitMs: number): Promise<void> {
  const libc = dlopen("libc.so.6", {
    flock: { args: [FFIType.i32, FFIType.i32], returns: FFIType.i32 },
  });
  const descriptor = openSync(path, "a", 0o644);
  try {
    const deadline = performance.now() + waitMs;
    while (libc.symbols.flock(descriptor, exclusiveNow) !== 0) {
      if (performance.now() >= deadline) throw locked(path, waitMs);
      await Bun.sleep(retryMs);
    }
    work();
  } finally {
    closeSync(descriptor);
    libc.close();
  }
}

function locked(path: string, waitMs: number): OvError {
  return new OvError(
    "registry_locked",
    `Cannot lock ${JSON.stringify(path)}: another process has held it for ${waitMs / 1000} s. ` +
      `See which one with "fuser ${path}", end it or let it finish, then try again.`,
  );
}
