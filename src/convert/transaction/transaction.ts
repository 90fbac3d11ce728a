import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ErrorFacts, toReason } from "../../errors.ts";
import { syncPath } from "../../linux/atomic-file.ts";
import { type Made, type Manifest, readManifest } from "../../models/manifest.ts";
import { endExporter } from "../exporter/process.ts";
import { findDoubt, journalFile, readJournal, type Trusted, writeJournal } from "./journal.ts";
import { type MoveOptions, type MoveStep, moveFolder } from "./move.ts";
import { findUnfinished, removeEmpty, syncFolder, toPlaces, writeManifest } from "./places.ts";
import { registerModel } from "./register.ts";

/** Each is reported as soon as it is done. */
export type Step =
  | "work folder made"
  | "exported"
  | "checked"
  | "manifest written"
  | "journal written"
  | "old folder set aside"
  | "in place"
  | "registered"
  | "old folder removed"
  | MoveStep
  | "done";

export interface TransactionOptions {
  registryPath: string;
  trusted: Trusted;
  /** Ends the copy of an original to another disk; the next run does the rest. */
  signal?: AbortSignal;
  onStep?: (step: Step) => void;
}

export interface ConversionWork {
  /** Writes the model into the folder. */
  exportInto: (folder: string) => Promise<void>;
  /** Throws when the model in the folder does not work. What is to be noted of it. */
  check: (folder: string) => Promise<Made>;
}

export interface Outcome {
  /** As it stands in the registry. */
  name: string;
  path: string;
  /** Where the original lies now. */
  originalPath: string;
  made: Made;
  /** What went wrong after the model was registered; null: nothing. */
  warning: ErrorFacts | null;
}

/**
 * Exports, checks, and only then makes the model known: a hidden folder beside the target, the journal in it,
 * a rename, the registry, the move of the original. Before the journal is written a kill leaves scrap and nothing
 * else; after it, `recover` does the rest. Throws with originals and registry as they were.
 */
export async function convertFolder(
  planned: Manifest,
  overwrite: boolean,
  work: ConversionWork,
  options: TransactionOptions,
): Promise<Outcome> {
  const places = toPlaces(planned.converted_path);
  const { onStep = () => {} } = options;
  try {
    mkdirSync(dirname(places.target), { recursive: true });
    rmSync(places.work, { recursive: true, force: true });
    onStep("work folder made");
    await work.exportInto(places.work);
    onStep("exported");
    const manifest = { ...planned, ...(await work.check(places.work)) };
    onStep("checked");
    if (existsSync(places.target) && !overwrite) throw new Error(`${places.target} already exists`);
    writeManifest(places.work, manifest);
    onStep("manifest written");
    await syncFolder(places.work);
    writeJournal(places.work, { manifest, overwrite }, options.trusted);
    onStep("journal written");
  } catch (error) {
    rmSync(places.work, { recursive: true, force: true });
    removeEmpty(dirname(places.target));
    throw error;
  }
  return await finish(planned.converted_path, options);
}

/** From the journal on; may be called again after a kill anywhere in it. */
async function finish(target: string, options: TransactionOptions): Promise<Outcome> {
  const { onStep = () => {} } = options;
  const places = toPlaces(target);
  if (readJournal(places.work) !== null) {
    if (existsSync(target)) {
      rmSync(places.old, { recursive: true, force: true });
      renameSync(target, places.old);
      onStep("old folder set aside");
    }
    renameSync(places.work, target);
    syncPath(dirname(target));
    onStep("in place");
  }
  const manifest = readManifest(target);
  if (manifest === null) throw new Error(`the conversion.json of ${target} is missing`);
  const { overwrite } = readJournal(target) ?? { overwrite: false };
  const name = await registerModel(options.registryPath, manifest, overwrite);
  onStep("registered");
  if (existsSync(places.old)) {
    rmSync(places.old, { recursive: true, force: true });
    onStep("old folder removed");
  }
  const { originalPath, warning } = await moveOriginal(manifest, { onStep, signal: options.signal });
  if (name !== manifest.name || originalPath !== manifest.original_path) {
    writeManifest(target, { ...manifest, name, original_path: originalPath });
  }
  rmSync(join(target, journalFile), { force: true });
  onStep("done");
  const made = pickMade(manifest);
  return { name, path: target, originalPath, made, warning };
}

function pickMade({ int4, quality }: Manifest): Made {
  return { ...(int4 && { int4 }), ...(quality && { quality }) };
}

/** The model works and is registered by now, so an original that cannot be moved costs only a warning. */
async function moveOriginal(
  { source_path, original_path }: Manifest,
  options: MoveOptions,
): Promise<Pick<Outcome, "originalPath" | "warning">> {
  if (source_path === original_path) return { originalPath: source_path, warning: null };
  try {
    await moveFolder(source_path, original_path, options);
    return { originalPath: original_path, warning: null };
  } catch (error) {
    // The journal is still there: the next run moves it.
    options.signal?.throwIfAborted();
    const what = `The original stays at ${source_path}`;
    const why = `it could not be moved to ${original_path} (${toReason(error)})`;
    return { originalPath: source_path, warning: { what, why } };
  }
}

export interface Recovery {
  /** Conversions of which an earlier run had left only the last steps. */
  finished: Outcome[];
  /** What an earlier run left of conversions that it had not done. */
  removed: string[];
  /** Folders with a journal that must not be followed, and why, as a clause; they stay as they are. */
  doubted: { folder: string; why: string }[];
}

/** Finishes or removes what a killed run left in `modelOut`. Nobody else may be converting there. */
export async function recover(modelOut: string, options: TransactionOptions): Promise<Recovery> {
  const recovery: Recovery = { finished: [], removed: [], doubted: [] };
  if (!existsSync(modelOut)) return recovery;
  const folders = readdirSync(modelOut, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const folder of folders.map(({ name }) => join(modelOut, name))) {
    for (const target of findUnfinished(folder, journalFile)) {
      const places = toPlaces(target);
      const doubted = [places.work, target].flatMap((folder) => {
        const why = findDoubt(folder, target, options.trusted);
        return why === null ? [] : [{ folder, why }];
      });
      recovery.doubted.push(...doubted);
      if (doubted.length > 0) continue;
      await endExporter(places.exporter);
      if (readJournal(places.work) !== null || readJournal(target) !== null) {
        recovery.finished.push(await finish(target, options));
      } else if (existsSync(places.work)) {
        rmSync(places.work, { recursive: true, force: true });
        recovery.removed.push(places.work);
      }
      // This cannot happen without a journal; if it ever does, the folder that was there before is kept.
      if (existsSync(places.old) && !existsSync(target)) renameSync(places.old, target);
      rmSync(places.old, { recursive: true, force: true });
    }
    removeEmpty(folder);
  }
  return recovery;
}
