import { lstatSync, readdirSync, realpathSync, renameSync, rmdirSync, rmSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { OvError, toReason, toSystemCode } from "../errors.ts";
import { isDanglingLink } from "../files.ts";
import { hasModelFiles } from "../models/files.ts";
import { isUnder, toRealPath } from "../models/paths.ts";
import { type RawModels, toEntryPath } from "../registry/edit.ts";

export interface Removal {
  path: string;
  /** The folder of models that it lies in; null: it lies in none of them. */
  root: string | null;
}

/**
 * What is to be deleted; null: there is nothing. Throws `invalid_request` for what must never be deleted: a path that leads
 * through a symlink, one that holds more than a model.
 * `keep`: what the deleted folder must not contain, such as the registry and the home folder.
 */
export function planRemoval(
  asked: string,
  folders: readonly string[],
  keep: readonly string[],
): Removal | null {
  // lstat follows a link that is spelled with a slash at its end.
  const path = resolve(asked);
  try {
    return planFor(path, folders, keep);
  } catch (error) {
    // There is nothing, or a file in place of a folder above it; a link that leads nowhere has been refused.
    if (["ENOENT", "ENOTDIR"].includes(String(toSystemCode(error)))) return null;
    throw error instanceof OvError ? error : refused(path, `cannot be read (${toReason(error)})`);
  }
}

function planFor(path: string, folders: readonly string[], keep: readonly string[]): Removal {
  const roots = [...folders, ...folders.map(toRealPath)];
  const found = lstatSync(path);
  if (isDanglingLink(path)) throw refused(path, "is a link that leads nowhere");
  const root = roots.find((folder) => isUnder(path, folder)) ?? null;
  // Above the folder of models, a link is the owner's own arrangement, as for a home on another disk.
  const direct = root === null ? path : join(toRealPath(root), relative(root, path));
  const real = realpathSync(path);
  if (real !== direct) throw refused(path, `leads through a symlink to ${JSON.stringify(real)}`);
  const held = [...roots, ...keep].find((one) => toRealPath(one) === real || isUnder(toRealPath(one), real));
  if (held !== undefined) throw refused(path, `holds ${JSON.stringify(held)}`);
  if (!hasModelFiles(path, found.isDirectory())) {
    throw refused(path, "contains no model files");
  }
  return { path, root };
}

/** Throws when another entry has its files there too. */
export function checkUnshared(models: RawModels, name: string, path: string): void {
  const real = toRealPath(path);
  for (const [other, entry] of Object.entries(models)) {
    const used = other === name ? null : toEntryPath(entry);
    if (used === null) continue;
    const usedReal = toRealPath(used);
    if (usedReal === real || isUnder(usedReal, real)) {
      throw refused(path, `is also used by model ${JSON.stringify(other)}`);
    }
  }
}

export interface HiddenFiles {
  delete(): void;
  /** Puts them back. */
  restore(): void;
}

/**
 * Moves it out of sight in one step, so that a folder that is half deleted is never taken for a model.
 * What a killed run leaves has a hidden name that starts with `.ov-llm-removed-`.
 */
export function hideFiles({ path, root }: Removal): HiddenFiles {
  const parent = dirname(path);
  const hidden = join(parent, `.ov-llm-removed-${process.pid}-${basename(path)}`);
  try {
    renameSync(path, hidden);
  } catch (error) {
    throw refused(path, `cannot be moved (${toReason(error)})`);
  }
  return {
    delete() {
      try {
        rmSync(hidden, { recursive: true, force: true });
      } catch (error) {
        throw leftBehind(path, hidden, toReason(error));
      }
      if (root !== null && isUnder(parent, root) && readdirSync(parent).length === 0) rmdirSync(parent);
    },
    restore: () => renameSync(hidden, path),
  };
}

function leftBehind(path: string, hidden: string, reason: string): OvError {
  return new OvError("invalid_request", {
    what: `The entry is removed, but not all files of ${JSON.stringify(path)} could be deleted`,
    why: reason,
    next: `Delete ${JSON.stringify(hidden)} yourself.`,
  });
}

function refused(path: string, why: string): OvError {
  return new OvError("invalid_request", {
    what: `Cannot delete ${JSON.stringify(path)}`,
    why: `it ${why}`,
    next: "Nothing was changed; without --files only the entry is removed.",
  });
}
