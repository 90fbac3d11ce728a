import { OvError } from "../../errors.ts";
import { changeAliases } from "../../library/edit.ts";
import { findKnownRepo } from "../../library/known-models.ts";
import type { ConvertOptions } from "../options.ts";

/**
 * Gives a model that was pulled its short name of the catalogue as an alias, so that it answers to the name by which it is
 * pulled. Resolves to that alias; null: it has another name already, is not of the catalogue, or the alias is taken.
 */
export async function addShortName(
  { loaded, wanted, name: chosen, dryRun }: Pick<ConvertOptions, "loaded" | "wanted" | "name" | "dryRun">,
  name: string,
): Promise<string | null> {
  const short = wanted === null || chosen !== null || dryRun ? undefined : findKnownRepo(wanted.repo)?.name;
  if (short === undefined || short === name) return null;
  try {
    await changeAliases(loaded.settings.registryPath, name, { add: [short] });
    return short;
  } catch (error) {
    // The model is registered anyway.
    if (error instanceof OvError) return null;
    throw error;
  }
}
