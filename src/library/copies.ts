import { listCopies, removeCopies } from "../engine/copies/copies.ts";
import { toEntryPath } from "../registry/edit.ts";
import { readModels } from "./edit.ts";

interface Folders {
  registryPath: string;
  modelCacheDir: string;
}

/** The copy of a .gguf file that later loads take, as a person asks for it; null: there is none. */
export interface CopyOnDisk {
  folder: string;
  bytes: number;
}

export async function findCopy(
  folders: Pick<Folders, "modelCacheDir">,
  path: string,
): Promise<CopyOnDisk | null> {
  const copy = (await listCopies(folders)).find(({ source }) => source === path);
  return copy === undefined ? null : { folder: copy.folder, bytes: copy.bytes };
}

/** Removes the copies of a model that has left the registry, unless another entry serves the same file. `path`: null: it had none. */
export async function forgetCopies(folders: Folders, path: string | null): Promise<void> {
  if (path === null) return;
  const used = Object.values(readModels(folders.registryPath)).some((entry) => toEntryPath(entry) === path);
  if (!used) await removeCopies(folders, path);
}
