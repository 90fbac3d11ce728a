import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { describeModel } from "../models/folder.ts";
import { Manifest, manifestFile } from "../models/manifest.ts";

/** `<root>/<name>/task-…__wf-…/conversion.json`, and one folder of room. */
const deepest = 4;

export interface FoundManifest {
  file: string;
  /** The folder that it lies in: the model, wherever `converted_path` says that it was. */
  folder: string;
  manifest: Manifest | null;
  /** Why its model cannot be registered, as a sentence; null: it can. */
  problem: string | null;
}

/** Every conversion.json under `root`, in the order of its path. Hidden folders are work that is not done. */
export async function findManifests(root: string): Promise<FoundManifest[]> {
  const files = await findFiles(root, deepest);
  return await Promise.all(files.sort().map(readManifest));
}

async function findFiles(folder: string, depth: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.name === manifestFile) return [path];
      // A link is no directory here, so that none leads in a circle or out of the folder.
      const isWanted = entry.isDirectory() && !entry.name.startsWith(".") && depth > 1;
      return isWanted ? await findFiles(path, depth - 1) : [];
    }),
  );
  return found.flat();
}

async function readManifest(file: string): Promise<FoundManifest> {
  const folder = dirname(file);
  const broken = (why: string) => {
    const problem = `${JSON.stringify(file)} ${why}. Register its model with "ov-llm models add", or convert it again.`;
    return { file, folder, manifest: null, problem };
  };
  let content: unknown;
  try {
    content = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    return broken(`cannot be read (${toReason(error)})`);
  }
  if (!Value.Check(Manifest, content)) {
    const { path = "", message = "" } = Value.Errors(Manifest, content).First() ?? {};
    return broken(`is no conversion.json of ov-llm (${path === "" ? "" : `${path.slice(1)}: `}${message})`);
  }
  const problem = await describeModel(folder).then(() => null, toReason);
  return { file, folder, manifest: content, problem };
}

function toReason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
