import { dirname } from "node:path";
import { OvError } from "../errors.ts";
import { findEntry, removeModel, toEntryPath } from "../registry/edit.ts";
import { updateRegistry } from "../registry/store.ts";
import { readModels } from "./edit.ts";
import { checkUnshared, type HiddenFiles, hideFiles, planRemoval, type Removal } from "./files.ts";

export interface Folders {
  registryPath: string;
  /** Where converted models lie. */
  modelOut: string;
  /** The user's own folder. */
  home: string;
}

/** What would be removed; nothing is changed yet, so that a person can be asked. */
export interface ModelRemoval {
  name: string;
  /** As its entry states it; null: it states none. */
  path: string | null;
  /** null: there are no files. */
  files: Removal | null;
}

/** Throws `model_not_found`, and `invalid_request` for files that must not be deleted. */
export function planModelRemoval({ registryPath, modelOut, home }: Folders, name: string): ModelRemoval {
  const models = readModels(registryPath);
  const path = toEntryPath(findEntry(models, name));
  if (path === null) return { name, path, files: null };
  const files = planRemoval(path, [modelOut, dirname(registryPath)], [registryPath, home]);
  if (files !== null) checkUnshared(models, name, files.path);
  return { name, path, files };
}

/** Removes a model's files and its entry, both or neither. Throws when the entry has changed since it was planned. */
export async function removeWithFiles(
  registryPath: string,
  { name, path, files }: ModelRemoval,
): Promise<void> {
  let hidden: HiddenFiles | undefined;
  try {
    await updateRegistry(registryPath, (models) => {
      if (toEntryPath(findEntry(models, name)) !== path) throw changed(name);
      if (files !== null) {
        checkUnshared(models, name, files.path);
        hidden = hideFiles(files);
      }
      removeModel(models, name);
    });
  } catch (error) {
    hidden?.restore();
    throw error;
  }
  hidden?.delete();
}

function changed(name: string): OvError {
  return new OvError("invalid_request", {
    what: `Model ${JSON.stringify(name)} has another path now`,
    next: "Nothing was changed; try again.",
  });
}
