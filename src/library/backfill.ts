import { join } from "node:path";
import { OvError } from "../errors.ts";
import { describeModel } from "../models/folder.ts";
import { manifestFile } from "../models/manifest.ts";
import { type FoundManifest, findManifests } from "../models/manifests.ts";
import { toRealPath } from "../models/paths.ts";
import { checkServed } from "../models/served.ts";
import { addModel, type RawModels } from "../registry/edit.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import { updateRegistry } from "../registry/store.ts";
import { suggestName, toEntry } from "./add.ts";
import { readModels } from "./edit.ts";

export interface BackfillOptions {
  registryPath: string;
  /** Where converted models lie. */
  modelOut: string;
  /** Only finds out what would be added. */
  dryRun: boolean;
}

/** What was done for one conversion.json. */
export type Backfilled =
  | { state: "skipped"; problem: OvError }
  | {
      /** registered: it was before. */
      state: "added" | "registered";
      path: string;
      name: string;
      /** The name in the conversion.json. */
      stated: string;
    };

/** Registers the converted models that the registry lacks, in the order of their paths. */
export async function backfill({ registryPath, modelOut, dryRun }: BackfillOptions): Promise<Backfilled[]> {
  const found = await Promise.all(findManifests(modelOut).map(toCandidate));
  const add = (models: RawModels) => found.map((candidate) => addCandidate(models, candidate));
  return dryRun ? add(readModels(registryPath)) : await updateRegistry(registryPath, add);
}

type Candidate = OvError | { stated: string; name: string; entry: RegistryEntry };

async function toCandidate(found: FoundManifest): Promise<Candidate> {
  if (found.manifest === null) {
    const file = JSON.stringify(join(found.folder, manifestFile));
    const next = `Register its model with "ov-llm models add", or convert it again.`;
    return new OvError("model_path_invalid", { what: `Cannot use ${file}`, why: found.why, next });
  }
  try {
    const description = await describeModel(found.folder);
    const entry = toEntry(description);
    checkServed(`Cannot add ${JSON.stringify(found.folder)}`, entry.task);
    return { stated: found.manifest.name, name: suggestName(description), entry };
  } catch (error) {
    if (error instanceof OvError) return error;
    throw error;
  }
}

function addCandidate(models: RawModels, candidate: Candidate): Backfilled {
  if (candidate instanceof OvError) return { state: "skipped", problem: candidate };
  const { stated, name: wanted, entry } = candidate;
  const { name, added } = addModel(models, { name: wanted, entry, toRealPath });
  return { state: added ? "added" : "registered", path: entry.path, name, stated };
}
