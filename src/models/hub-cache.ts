import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readTextFile, tryStat } from "../files.ts";

/** A model in the cache of the hub's own client: `models--Owner--Name/snapshots/<commit>/…`, links to `blobs/`. */
export interface CachedModel {
  /** Without its owner. */
  name: string;
  /** Its snapshot: that of the branch `main`, else the newest one; null: none was finished. */
  snapshot: string | null;
}

/** null: that folder is none. */
export function findCachedModel(folder: string, path: string): CachedModel | null {
  const name = /^models--(?:.+?--)?(.+)$/.exec(folder)?.[1];
  if (name === undefined) return null;
  const snapshots = join(path, "snapshots");
  const all = listFolders(snapshots);
  const main = readMain(path);
  const newest = all.toSorted((a, b) => changed(b) - changed(a))[0] ?? null;
  return { name, snapshot: all.find((one) => main !== null && one === join(snapshots, main)) ?? newest };
}

/** Folders in a folder, links included; empty where it cannot be read. */
export function listFolders(path: string): string[] {
  try {
    const paths = readdirSync(path).map((name) => join(path, name));
    return paths.filter((one) => tryStat(one)?.isDirectory()).sort();
  } catch {
    return [];
  }
}

function readMain(path: string): string | null {
  try {
    return readTextFile(join(path, "refs/main")).trim();
  } catch {
    return null;
  }
}

function changed(path: string): number {
  return Number(tryStat(path)?.mtimeMs ?? 0);
}
