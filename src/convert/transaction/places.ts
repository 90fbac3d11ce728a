import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { syncPath, writeAtomically } from "../../linux/atomic-file.ts";
import { type Manifest, manifestFile } from "../../models/manifest.ts";

/** The hidden companions of a converted folder. All lie beside it, so that a rename puts a folder in its place. */
export interface Places {
  target: string;
  /** Where the exporter writes. Scrap, unless it holds a journal. */
  work: string;
  /** The folder that is being replaced. */
  old: string;
  /** Names the exporter's process. */
  exporter: string;
}

export function toPlaces(target: string): Places {
  const hidden = join(dirname(target), `.${basename(target)}`);
  return { target, work: `${hidden}.partial`, old: `${hidden}.old`, exporter: `${hidden}.exporter` };
}

/** The targets in one model's folder that have companions or this file, which means that they are not finished. */
export function findUnfinished(folder: string, journalFile: string): string[] {
  const targets = readdirSync(folder).flatMap((name) => {
    const [, hidden] = /^\.(task-.*__wf-.*)\.(?:partial|old|exporter)$/.exec(name) ?? [];
    if (hidden !== undefined) return [hidden];
    return name.startsWith("task-") && existsSync(join(folder, name, journalFile)) ? [name] : [];
  });
  return [...new Set(targets)].map((name) => join(folder, name));
}

/** conversion.json, on the disk when this returns, even if the power is cut. */
export function writeManifest(folder: string, manifest: Manifest): void {
  writeAtomically(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Flushes a file to the disk without holding up the process: gigabytes of weights take a while. */
async function syncFile(path: string): Promise<void> {
  const file = await open(path);
  await file.sync().finally(() => file.close());
}

/** Flushes everything in a folder to the disk, itself last. */
export async function syncFolder(folder: string): Promise<void> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncFolder(path);
    else if (entry.isFile()) await syncFile(path);
  }
  syncPath(folder);
}

/** Removes a model's folder when nothing is left in it. */
export function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
