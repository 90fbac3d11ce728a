import { OvError, toReason, toSystemCode } from "../errors.ts";
import { readTextFile } from "../files.ts";
import { parseRegistryFile, type RegistryFile } from "./schema.ts";

/** What errors call the registry at `path`. */
export function toSource(path: string): string {
  return `The registry ${JSON.stringify(path)}`;
}

/** That it cannot be read, as a sentence. */
export function toUnreadable(path: string, reason: string): string {
  return `${toSource(path)} cannot be read (${reason}). Correct its path or permissions.`;
}

/**
 * The file as it is now. `parse`: instead of `JSON.parse`; writers pass `parseExactly`. Throws `registry_invalid` for one that cannot be
 * read or understood; the system's ENOENT if there is none.
 */
export function readRegistryFile(path: string, parse?: (json: string) => unknown): RegistryFile {
  return parseRegistryFile(readText(path), toSource(path), parse);
}

function readText(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    if (toSystemCode(error) === "ENOENT") throw error;
    throw new OvError("registry_invalid", toUnreadable(path, toReason(error)), { cause: error });
  }
}
