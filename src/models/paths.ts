import { realpathSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

/** Whether `path` lies under `folder`, by their spelling alone; a folder does not lie under itself. */
export function isUnder(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}

/**
 * The path with its links resolved, so that two spellings of one place are equal. Where the end of the path does not
 * exist, its existing part is resolved.
 */
export function toRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(toRealPath(parent), relative(parent, path));
  }
}
