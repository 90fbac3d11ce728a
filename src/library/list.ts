import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
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
    size_bytes: await measure(entry.path),
    path_state: problem === null ? "ok" : toShortReason(problem),
    path_problem: problem?.message ?? null,
  };
}

/** Bytes of a file, or of all files under a folder; null: there is nothing to measure. */
async function measure(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  return found.isDirectory() ? await measureFolder(path) : found.size;
}

/** Links to files count with what they point to; links to folders do not: they may lead in a circle. */
async function measureFolder(path: string): Promise<number> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const inner = join(path, entry.name);
      if (entry.isDirectory()) return await measureFolder(inner);
      const found = await stat(inner).catch(() => null);
      return found?.isFile() ? found.size : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
