import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "@sinclair/typebox";
import type { Settings } from "../../config/settings.ts";
import { readBytesFile } from "../../files.ts";
import { writeAtomically } from "../../linux/atomic-file.ts";
import { readJsonFile } from "../../models/hf-config.ts";
import { type Manifest, readManifest } from "../../models/manifest.ts";
import { isUnder } from "../../models/paths.ts";
import { toOwnPath, writeOwnFile } from "../environment/own-files.ts";

/**
 * Marks a folder that is whole and checked, but not yet registered or its original not yet moved. What is left to do
 * follows from it and from conversion.json. `seal`: made with this installation's own key, for a folder that comes from
 * elsewhere may contain a journal, which could have any folder moved.
 */
export const Journal = Type.Object({
  overwrite: Type.Boolean(),
  source_path: Type.String(),
  original_path: Type.String(),
  converted_path: Type.String(),
  seal: Type.String(),
});
export type Journal = Static<typeof Journal>;

export const journalFile = ".ov-llm-unfinished.json";

/** Where conversions may take folders from and put them. */
export interface Trusted {
  /** A file of this installation's own, made when it is needed: the key of the seals. */
  keyPath: string;
  /** OV_MODEL_SRC and OV_MODEL_OG */
  modelSrc: string;
  modelOg: string;
}

export function toTrusted(settings: Settings): Trusted {
  const { modelSrc, modelOg } = settings;
  return { keyPath: toOwnPath(settings, "journal.key"), modelSrc, modelOg };
}

/** null: there is none. Whether it may be followed, `findDoubt` knows. */
export function readJournal(folder: string): Journal | null {
  return readJsonFile(join(folder, journalFile), Journal);
}

/** Writes it whole or not at all, even if the power is cut. Throws `setup_failed` where the key cannot be kept. */
export function writeJournal(
  folder: string,
  { manifest, overwrite }: { manifest: Manifest; overwrite: boolean },
  { keyPath }: Trusted,
): void {
  const { source_path, original_path, converted_path } = manifest;
  const unsealed = { overwrite, source_path, original_path, converted_path };
  const journal: Journal = { ...unsealed, seal: seal(unsealed, readKey(keyPath) ?? makeKey(keyPath)) };
  writeAtomically(join(folder, journalFile), JSON.stringify(journal));
}

/** Why the journal in a folder must not be followed, as a clause; null: it may, or there is none. */
export function findDoubt(
  folder: string,
  target: string,
  { keyPath, modelSrc, modelOg }: Trusted,
): string | null {
  const journal = readJournal(folder);
  if (journal === null) {
    return existsSync(join(folder, journalFile)) ? "its form is not known to this version" : null;
  }
  const key = readKey(keyPath);
  if (key === null || !isSame(seal(journal, key), journal.seal)) return "this installation did not write it";
  if (journal.converted_path !== target) return `it is about ${journal.converted_path}`;
  const { source_path: source, original_path: original } = journal;
  const manifest = readManifest(folder);
  const paths = manifest && [manifest.converted_path, manifest.source_path];
  const isEqual = paths?.[0] === target && paths[1] === source;
  // It stays at its source where it could not be moved.
  if (!isEqual || ![original, source].includes(manifest?.original_path ?? "")) {
    return "its conversion.json is about another conversion";
  }
  if (source === original) return null;
  if (!isUnder(source, modelSrc)) return `${source} is not within OV_MODEL_SRC (${modelSrc})`;
  return isUnder(original, modelOg) ? null : `${original} is not within OV_MODEL_OG (${modelOg})`;
}

function seal(
  { overwrite, source_path, original_path, converted_path }: Omit<Journal, "seal">,
  key: Buffer,
): string {
  const text = JSON.stringify([overwrite, source_path, original_path, converted_path]);
  return createHmac("sha256", key).update(text).digest("hex");
}

function isSame(expected: string, given: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(given)];
  return one.length === other.length && timingSafeEqual(one, other);
}

const keyBytes = 32;

function readKey(path: string): Buffer | null {
  try {
    const key = readBytesFile(path);
    return key.length === keyBytes ? key : null;
  } catch {
    return null;
  }
}

function makeKey(path: string): Buffer {
  const key = randomBytes(keyBytes);
  writeOwnFile(path, key);
  return key;
}
