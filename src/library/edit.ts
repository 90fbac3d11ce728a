import { isDeepStrictEqual } from "node:util";
import { isDanglingLink, readTextFile } from "../files.ts";
import { addAliases, type RawModels, removeAliases, removeModel, renameModel } from "../registry/edit.ts";
import { parseRegistryFile } from "../registry/schema.ts";
import { updateRegistry } from "../registry/store.ts";
import { setValues } from "../registry/values.ts";

/**
 * Changes the registry and resolves to what the change returned. Throws what it throws, with nothing written;
 * nothing is written either when it changes nothing.
 */
export async function editRegistry<T>(path: string, change: (models: RawModels) => T): Promise<T> {
  const results: T[] = [];
  const unchanged = new Error("The change left the registry as it was");
  await updateRegistry(path, (models) => {
    const before = structuredClone(models);
    results.push(change(models));
    if (isDeepStrictEqual(before, models)) throw unchanged;
  }).catch((error: unknown) => {
    if (error !== unchanged) throw error;
  });
  for (const result of results) return result;
  throw new TypeError("The registry was written without its change");
}

/** The raw entries as they are now; throws `registry_invalid`. A file that does not exist holds none. */
export function readModels(path: string): RawModels {
  try {
    return parseRegistryFile(readTextFile(path), `The registry ${JSON.stringify(path)}`).models;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT" && !isDanglingLink(path))
      return {};
    throw error;
  }
}

/** Gives a model another name. Throws `model_not_found`, `invalid_request`. */
export async function renameEntry(registryPath: string, name: string, next: string): Promise<void> {
  await editRegistry(registryPath, (models) => renameModel(models, name, next));
}

/** Resolves to all aliases that the model has then. Throws `model_not_found`, `invalid_request`. */
export async function changeAliases(
  registryPath: string,
  name: string,
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
): Promise<string[]> {
  return await editRegistry(registryPath, (models) => {
    removeAliases(models, name, remove);
    return addAliases(models, name, add);
  });
}

/** `values`: as `setValues` takes them. Throws `model_not_found`, `invalid_request`. */
export async function setEntry(
  registryPath: string,
  name: string,
  values: readonly string[],
  options: { force: boolean },
): Promise<void> {
  await editRegistry(registryPath, (models) => setValues(models, name, values, options));
}

/** Takes a model out of the registry; its files stay. Throws `model_not_found`. */
export async function removeEntry(registryPath: string, name: string): Promise<void> {
  await editRegistry(registryPath, (models) => void removeModel(models, name));
}
