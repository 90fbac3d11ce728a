import { toSystemCode } from "../errors.ts";
import { isDanglingLink } from "../files.ts";
import {
  addAliases,
  type RawModels,
  removeAliases,
  removeModel,
  renameModel,
  resolveAlias,
  toEntryPath,
} from "../registry/edit.ts";
import { readRegistryFile } from "../registry/file.ts";
import { updateRegistry } from "../registry/store.ts";
import { setValues } from "../registry/values.ts";

/** The raw entries as they are now; throws `registry_invalid`. A file that does not exist holds none. */
export function readModels(path: string): RawModels {
  try {
    return readRegistryFile(path).models;
  } catch (error) {
    if (toSystemCode(error) === "ENOENT" && !isDanglingLink(path)) return {};
    throw error;
  }
}

/** Gives a model another name. Throws `model_not_found`, `invalid_request`. */
export async function renameEntry(registryPath: string, name: string, next: string): Promise<void> {
  await updateRegistry(registryPath, (models) => renameModel(models, name, next));
}

/** Resolves to all aliases that the model has then. Throws `model_not_found`, `invalid_request`. */
export async function changeAliases(
  registryPath: string,
  name: string,
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
): Promise<string[]> {
  return await updateRegistry(registryPath, (models) => {
    removeAliases(models, name, remove);
    return addAliases(models, name, add);
  });
}

/**
 * `asked`: a name or an alias; `values`: as `setValues` takes them. Resolves to the model's name. Throws `model_not_found`,
 * `invalid_request`.
 */
export async function setEntry(
  registryPath: string,
  asked: string,
  values: readonly string[],
  options: { force: boolean },
): Promise<string> {
  return await updateRegistry(registryPath, (models) => {
    const name = resolveAlias(models, asked);
    setValues(models, name, values, options);
    return name;
  });
}

/** Takes a model out of the registry; its files stay. Resolves to its path, null: it stated none. Throws `model_not_found`. */
export async function removeEntry(registryPath: string, name: string): Promise<string | null> {
  return await updateRegistry(registryPath, (models) => toEntryPath(removeModel(models, name)));
}
