import { mkdirSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { OvError, toReason, toSystemCode } from "../errors.ts";
import { isDanglingLink, isDiskFull } from "../files.ts";
import { parseExactly } from "../json/exact.ts";
import { writeAtomically } from "../linux/atomic-file.ts";
import { withFileLock } from "../linux/file-lock.ts";
import type { RawModels } from "./edit.ts";
import { readRegistryFile } from "./file.ts";
import type { RegistryFile } from "./schema.ts";

export interface UpdateOptions {
  /** How long to wait for another writer. */
  waitMs?: number;
}

/**
 * Changes the registry file as one step that others see fully or not at all, however this process ends, and resolves to
 * what the change returned. `change` gets the raw entries by name and edits them in place; everything that it leaves alone,
 * unknown keys included, is kept. Nothing is written when it throws or changes nothing. A missing file is made, with its
 * folders. Throws what `change` throws, `registry_invalid` when the file cannot be understood (and leaves it as it is) or cannot be written, and
 * `registry_locked` when another writer does not end.
 */
export async function updateRegistry<T>(
  path: string,
  change: (models: RawModels) => T,
  options: UpdateOptions = {},
): Promise<T> {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = toRealPath(path);
    const lock = `${file}.lock`;
    const { waitMs = 10_000 } = options;
    return await withFileLock(lock, () => rewrite(file, change), {
      waitMs,
      locked: () => locked(lock, waitMs),
    });
  } catch (error) {
    if (isDiskFull(error)) throw unwritable(path, error, "Free some space on its disk, then try again.");
    throw isRefusedWrite(error) ? unwritable(path, error, permissionAdvice) : error;
  }
}

const permissionAdvice =
  "Make the file and its folder writable for the user that ov-llm runs as, or name another one in OV_REGISTRY_PATH.";
/** Those behind ENOTDIR: where a folder should be, there is a file, or a link that leads nowhere or to itself. */
const refusals: readonly unknown[] = ["EACCES", "EPERM", "EROFS", "ENOTDIR", "EEXIST", "ENOENT", "ELOOP"];

function isRefusedWrite(error: unknown): boolean {
  return !(error instanceof OvError) && refusals.includes(toSystemCode(error));
}

function unwritable(path: string, error: unknown, next: string): OvError {
  const facts = { what: `Cannot change the registry ${JSON.stringify(path)}`, why: toReason(error), next };
  return new OvError("registry_invalid", facts, { cause: error });
}

function locked(path: string, waitMs: number): OvError {
  return new OvError("registry_locked", {
    what: `Cannot lock ${JSON.stringify(path)}`,
    why: `another process has held it for ${waitMs / 1000} s`,
    next: `See which one with "fuser ${path}", end it or let it finish, then try again.`,
  });
}

function rewrite<T>(path: string, change: (models: RawModels) => T): T {
  if (isDanglingLink(path)) {
    throw new OvError("registry_invalid", {
      what: `Cannot change the registry ${JSON.stringify(path)}`,
      why: "it is a link to a file that does not exist",
      next: "Mount what it leads to, or remove it.",
    });
  }
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  const registry: RegistryFile =
    mode === undefined ? { version: 1, models: {} } : readRegistryFile(path, parseExactly);
  const before = JSON.stringify(registry.models);
  const result = change(registry.models);
  if (JSON.stringify(registry.models) !== before) {
    writeAtomically(path, `${JSON.stringify(registry, null, 2)}\n`, (mode ?? 0o644) & 0o7777);
  }
  return result;
}

/** A registry behind a symlink is written where it lies, not over the link. */
function toRealPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}
