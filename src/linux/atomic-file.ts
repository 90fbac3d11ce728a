import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Temp file, fsync, rename, fsync of the folder: a power cut leaves the old text or the new one. The temp file is
 * `<path>.tmp`, so two processes must not write the same path at once; what a killed one left is written over.
 */
export function writeAtomically(path: string, text: string, mode = 0o644): void {
  const temporary = `${path}.tmp`;
  try {
    withDescriptor(temporary, "w", (descriptor) => {
      fchmodSync(descriptor, mode);
      writeFileSync(descriptor, text);
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
