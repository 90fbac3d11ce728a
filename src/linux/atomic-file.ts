import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Temp file, fsync, rename, fsync of the folder: a power cut leaves the old content or the new one. What a killed process left
 * of `temporary` is written over, so processes that may write the same path at once each need one of their own.
 */
export function writeAtomically(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
  temporary = `${path}.tmp`,
): void {
  try {
    withDescriptor(temporary, "w", (descriptor) => {
      fchmodSync(descriptor, mode);
      writeFileSync(descriptor, content);
      fsyncSync(descriptor);
    });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncPath(dirname(path));
}

/** Flushes a file, or a folder's list of names, to the disk. */
export function syncPath(path: string): void {
  withDescriptor(path, "r", fsyncSync);
}

function withDescriptor(path: string, flags: string, use: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags);
  try {
    use(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
