import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, statfs } from "node:fs/promises";
import { join } from "node:path";
import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { measureSize } from "../../models/files.ts";
import { createStampReader } from "../../models/stamp.ts";
import { type GgufCopy, planCopies } from "./plan.ts";

export interface CopyOptions {
  /** OV_MODEL_CACHE_DIR */
  modelCacheDir: string;
  /** OV_GGUF_CACHE: most bytes of all copies; 0: none are made. */
  ggufCache: number;
}

/** The request to the host: the folder to load, or to write during this load. */
export interface WantedCopy {
  folder: string;
  stamp: string;
}

/** The note that the host writes into each copy; NOTE in copies.py. */
const Note = Type.Object({ path: Type.String(), stamp: Type.String() });

/** Measured: a copy is as large as its file (Q4_1); the rest is for tokenizers with a large vocabulary. */
const sizeFactor = 1.1;
const extraBytes = 32 * 2 ** 20;
/** How much a new copy must leave free on the disk. */
const freeBytes = 2 ** 30;

/** All copies; a folder that states no source is none. */
export async function listCopies({ modelCacheDir }: Pick<CopyOptions, "modelCacheDir">): Promise<GgufCopy[]> {
  const root = toRoot(modelCacheDir);
  const names = await readdir(root).catch(() => []);
  const found = await Promise.all(names.map((name) => readCopy(join(root, name))));
  return found.filter((copy) => copy !== null);
}

/** Removes the copies of the file. Throws if they cannot be removed. */
export async function removeCopies(
  options: Pick<CopyOptions, "modelCacheDir">,
  source: string,
): Promise<void> {
  for (const copy of await listCopies(options)) {
    if (copy.source === source) await rm(copy.folder, { recursive: true, force: true });
  }
}

/**
 * The copy to load, or to make; first makes room for it by removing outdated ones, then the least recently used.
 * null: it would be larger than all copies may be, or than the disk has room for.
 */
export async function prepareCopy(options: CopyOptions, path: string): Promise<WantedCopy | null> {
  if (options.ggufCache === 0) return null;
  const readStamp = createStampReader();
  const stamp = readStamp(path);
  await removeLeftovers(options.modelCacheDir);
  const copies = await listCopies(options);
  const bytes = Math.round(sizeOfSource(stamp) * sizeFactor) + extraBytes;
  const wanted = { source: path, stamp, bytes };
  const { fits, remove } = planCopies(copies, wanted, options.ggufCache, readStamp);
  for (const { folder } of remove) await rm(folder, { recursive: true, force: true });
  const root = toRoot(options.modelCacheDir);
  const copy = { folder: join(root, toName(path, stamp)), stamp };
  if (copies.some(({ folder }) => folder === copy.folder)) return copy;
  return fits && (await hasRoom(options.modelCacheDir, bytes)) ? copy : null;
}

const toRoot = (modelCacheDir: string) => join(modelCacheDir, "gguf");

function toName(path: string, stamp: string): string {
  return createHash("sha256").update(`${path}\n${stamp}`).digest("hex").slice(0, 24);
}

/** Each line of a stamp is a file's name and its size, time and inode. */
function sizeOfSource(stamp: string): number {
  const sizes = stamp.split("\n").map((line) => Number(/ (\d+) \d+ \d+$/.exec(line)?.[1] ?? 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readCopy(folder: string): Promise<GgufCopy | null> {
  try {
    const note: unknown = JSON.parse(await readFile(join(folder, "source.json"), "utf8"));
    if (!Value.Check(Note, note)) return null;
    const [bytes, { mtimeMs }] = await Promise.all([measureSize(folder), stat(folder)]);
    return { folder, source: note.path, stamp: note.stamp, bytes: bytes ?? 0, usedAt: mtimeMs };
  } catch {
    return null;
  }
}

/** Removes what killed hosts left behind; each name ends with the host's process id. */
async function removeLeftovers(modelCacheDir: string): Promise<void> {
  const root = toRoot(modelCacheDir);
  for (const name of await readdir(root).catch(() => [])) {
    const [, pid] = /^\..*-(\d+)\.partial$/.exec(name) ?? [];
    if (pid === undefined || (await stat(`/proc/${pid}`).catch(() => null)) !== null) continue;
    await rm(join(root, name), { recursive: true, force: true });
  }
}

/** If the folder does not exist yet, creating it shows whether there is room. */
async function hasRoom(modelCacheDir: string, bytes: number): Promise<boolean> {
  const disk = await statfs(modelCacheDir).catch(() => null);
  return disk === null || disk.bavail * disk.bsize >= bytes + freeBytes;
}
