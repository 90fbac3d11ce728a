import {
  type BigIntStats,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  statSync,
} from "node:fs";

/**
 * Opens what must be a file to read it; the caller closes it. A FIFO, a device or a socket in its place would be waited for
 * without end. Throws with a reason that names the path, and what `openSync` throws.
 */
export function openFile(path: string): number {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new Error(`${path} is not a regular file`);
}

/** The text of a file in UTF-8. Throws as `openFile`. */
export function readTextFile(path: string): string {
  return readBytesFile(path).toString("utf8");
}

/** Throws as `openFile`. */
export function readBytesFile(path: string): Buffer {
  const descriptor = openFile(path);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** null: nothing is there, or nothing that can be reached, such as behind a link to itself. Throws nothing. */
export function tryStat(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return null;
  }
}

/** A link to what is not there. That is not the same as no file: the disk that it leads to may only be away. */
export function isDanglingLink(path: string): boolean {
  return !existsSync(path) && (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false);
}

/** Whether a write failed because the disk, a quota or a limit on files is reached, by the codes of errno(3). */
export function isDiskFull(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG";
}
