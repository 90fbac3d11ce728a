import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Type } from "@sinclair/typebox";
import { syncPath, writeAtomically } from "../linux/atomic-file.ts";
import { readJsonFile } from "../models/hf-config.ts";
import { type Manifest, manifestFile } from "../models/manifest.ts";

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

/** The targets in one model's folder that have companions or a journal, which means that they are not finished. */
export function findUnfinished(folder: string): string[] {
  const targets = readdirSync(folder).flatMap((name) => {
    const [, hidden] = /^\.(task-.*__wf-.*)\.(?:partial|old|exporter)$/.exec(name) ?? [];
    if (hidden !== undefined) return [hidden];
    return name.startsWith("task-") && readJournal(join(folder, name)) !== null ? [name] : [];
  });
  return [...new Set(targets)].map((name) => join(folder, name));
}

/**
 * Marks a folder that is whole and checked, but not yet registered or its original not yet moved. What is left to do
 * follows from it and from conversion.json.
 */
const Journal = Type.Object({ overwrite: Type.Boolean() });
export const journalFile = ".ov-llm-unfinished.json";

export function readJournal(folder: string): { overwrite: boolean } | null {
  return readJsonFile(join(folder, journalFile), Journal);
}

/** On the disk when this returns, even if the power is cut. */
export function writeJournal(folder: string, overwrite: boolean): void {
  writeAtomically(join(folder, journalFile), JSON.stringify({ overwrite }));
}

/** The same for conversion.json. */
export function writeManifest(folder: string, manifest: Manifest): void {
  writeAtomically(join(folder, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`);
}

/** Flushes everything in a folder to the disk, itself last. */
export function syncFolder(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncFolder(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(folder);
}

/** Removes a model's folder when nothing is left in it. */
export function removeEmpty(folder: string): void {
  if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
}
