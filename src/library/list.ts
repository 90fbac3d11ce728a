import { measureSize } from "../models/files.ts";
import { describeModel } from "../models/folder.ts";
import { createModelReader, type DescribeModel } from "../models/reader.ts";
import type { ModelDefaults } from "../registry/defaults.ts";
import type { RegistryEntry } from "../registry/schema.ts";
import { findProblem, toShortReason } from "./check.ts";

/** A registered model and what lies at its path. */
export interface ModelOnDisk {
  name: string;
  task: string;
  weight_format: string;
  aliases: string[];
  /** Defaults for what requests leave out. */
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

/** In their order; what several entries name is read once. */
export async function listModels(
  entries: Iterable<readonly [name: string, entry: RegistryEntry]>,
  describe: DescribeModel = describeModel,
): Promise<ModelOnDisk[]> {
  const read = createModelReader(describe);
  return await Promise.all([...entries].map(([name, entry]) => listModel(name, entry, read)));
}

export async function listModel(
  name: string,
  entry: RegistryEntry,
  describe: DescribeModel = describeModel,
): Promise<ModelOnDisk> {
  const problem = await findProblem(name, entry, describe);
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
