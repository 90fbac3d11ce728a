import { measureSize } from "../models/files.ts";
import type { ModelDefaults } from "../registry/defaults.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import { findProblem, toShortReason } from "./check.ts";

/** A registered model and what lies at its path. */
export interface ModelOnDisk {
  name: string;
  task: string;
  weight_format: string;
  aliases: string[];
  /** What requests mean where they are silent. */
  defaults: ModelDefaults;
  /** Further names, each with defaults of its own. */
  presets: Record<string, ModelDefaults>;
  path: string;
  /** Of all files; null: there is nothing at the path. */
  size_bytes: number | null;
  /** `ok`, or in a few words why it cannot be served. */
  path_state: string;
  /** The same as a sentence with the next step; null: it is ok. */
  path_problem: string | null;
}

export async function listModel(name: string, entry: RegistryEntry): Promise<ModelOnDisk> {
  const problem = await findProblem(name, entry);
  return {
    name,
    task: entry.task,
    weight_format: entry.weight_format,
    aliases: entry.aliases ?? [],
    defaults: entry.defaults ?? {},
    presets: entry.presets ?? {},
    path: entry.path,
    size_bytes: await measureSize(entry.path),
    path_state: problem === null ? "ok" : toShortReason(problem),
    path_problem: problem?.message ?? null,
  };
}
