import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { OvError, toReason } from "../../errors.ts";
import { writeAtomically } from "../../linux/atomic-file.ts";

/** A file that this installation keeps for itself, beside the converter's environment. */
export function toOwnPath({ convertEnv }: Pick<Settings, "convertEnv">, name: string): string {
  return join(dirname(convertEnv), name);
}

/**
 * Writes one whole or not at all, for its owner alone to read, and makes its folder. Other processes may write it at the same time.
 * Throws `setup_failed`.
 */
export function writeOwnFile(path: string, content: string | Uint8Array): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeAtomically(path, content, 0o600, `${path}.${process.pid}`);
  } catch (error) {
    const what = `Cannot write ${path}`;
    const next = "Make that folder writable, or choose another one with OV_CONVERT_ENV.";
    throw new OvError("setup_failed", { what, why: toReason(error), next }, { cause: error });
  }
}
