import type { ModelDescription } from "../models/description.ts";
import { describeModel } from "../models/folder.ts";
import { chooseGgufIn } from "../models/gguf-folder.ts";
import { toRealPath } from "../models/paths.ts";
import { checkServed } from "../models/served.ts";
import { unknownTask } from "../models/tasks.ts";
import { addModel } from "../registry/edit.ts";
import { findNameFault, toSlug } from "../registry/names.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import { updateRegistry } from "../registry/store.ts";

export interface Addition {
  /** Absolute. */
  path: string;
  /** Which .gguf of a folder that holds several, such as Q8_0; null: the only one. */
  quant: string | null;
  /** undefined: the one that its files suggest. */
  name: string | undefined;
  aliases: readonly string[];
}

export interface Added {
  /** As it stands in the registry. */
  name: string;
  /** The one that was asked for or suggested; another one than `name` where that was taken. */
  wanted: string;
  /** false: a model is registered for that path already, under `name`; nothing was changed. */
  added: boolean;
  entry: RegistryEntry;
}

/** Registers what lies at a path. Throws `model_path_invalid`, `task_unsupported`, `invalid_request`. */
export async function addModelAt(registryPath: string, addition: Addition): Promise<Added> {
  const { name, aliases } = addition;
  const path = await chooseGgufIn(addition.path, addition.quant);
  const description = await describeModel(path);
  checkServed(`Cannot add ${JSON.stringify(path)}`, description.task ?? unknownTask);
  const wanted = name ?? suggestName(description);
  const entry = { ...toEntry(description), ...(aliases.length > 0 && { aliases: [...aliases] }) };
  const { name: given, added } = await updateRegistry(registryPath, (models) =>
    addModel(models, { name: wanted, entry, toRealPath }),
  );
  return { name: given, wanted, added, entry };
}

/** What the registry states of a model. */
export function toEntry({ path, task, weightFormat }: ModelDescription): RegistryEntry {
  return { path, task: task ?? unknownTask, weight_format: weightFormat };
}

/** The name of its conversion.json where it is one, which a hand may have changed, else made from its folder or file. */
export function suggestName({ manifest, label }: ModelDescription): string {
  const stated = manifest?.name ?? "";
  return findNameFault(stated) === null ? stated : toSlug(manifest?.name ?? label);
}
