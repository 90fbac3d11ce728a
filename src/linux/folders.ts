import { accessSync, constants, lstatSync, mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OvError, toReason } from "../errors.ts";

/** A private folder for temporary files; throws `invalid_setting` naming TMPDIR where that cannot be used. */
export function makeTemporaryFolder(prefix: string): string {
  try {
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (error) {
    throw toTemporaryError(error);
  }
}

/**
 * Whether a temporary folder is still there, and this user's: systemd-tmpfiles removes what was not used for days, and then
 * anyone may make another of that name.
 */
export function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  return found?.isDirectory() === true && found.uid === process.getuid?.();
}

/** What to report of a failure to write a temporary file. */
export function toTemporaryError(error: unknown): OvError {
  const what = `Cannot write to "${tmpdir()}", the folder for temporary files`;
  const next = "Make it writable, make room in it, or set TMPDIR to another folder.";
  return new OvError(
    "invalid_setting",
    { what, why: toReason(error), next },
    { param: "TMPDIR", cause: error },
  );
}

/** Why a folder cannot be written to, as a sentence that names its setting; null: it can. Makes the folder. */
export function findUnwritable(folder: string, setting: string): string | null {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `Cannot write to "${folder}" (${toReason(error)}): make it writable or set ${setting}`;
  }
}
