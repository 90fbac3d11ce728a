import { realpathSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";

/** Whether `path` lies under `folder`, by their spelling alone; a folder does not lie under itself. */
export function isUnder(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}

/** Links resolved as far as there is something; so that two spellings of one path are equal. */
export function toRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : resolve(toRealPath(parent), relative(parent, path));
  }
}
