import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { Value } from "@sinclair/typebox/value";
import { toReason } from "../errors.ts";
import { readTextFile } from "../files.ts";
import { Manifest, manifestFile } from "./manifest.ts";

/** `<root>/<name>/task-…__wf-…/conversion.json`, and one folder of room. */
const deepest = 4;

export type FoundManifest =
  | {
      /** The folder that it lies in: the model, wherever `converted_path` states that it was. */
      folder: string;
      manifest: Manifest;
    }
  | {
      folder: string;
      manifest: null;
      /** Why it cannot be used, as a clause. */
      why: string;
    };

/**
 * Every conversion.json under `root`, in the order of its path. Hidden folders are work in progress and left out, links
 * too, so that none leads in a circle or out of the folder. Nothing there: an empty list.
 */
export function findManifests(root: string): FoundManifest[] {
  return findFiles(root, deepest).sort().map(read);
}

export interface Converted {
  /** The manifests of all converted folders. */
  manifests: Manifest[];
  /** The names of the models' folders. */
  names: string[];
}

/** What was converted to `modelOut`. */
export function listConverted(modelOut: string): Converted {
  return {
    manifests: findManifests(modelOut).flatMap(({ manifest }) => manifest ?? []),
    names: list(modelOut).flatMap((entry) => (isOpenFolder(entry) ? [entry.name] : [])),
  };
}

function findFiles(folder: string, depth: number): string[] {
  return list(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.name === manifestFile) return [path];
    return isOpenFolder(entry) && depth > 1 ? findFiles(path, depth - 1) : [];
  });
}

function list(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function isOpenFolder(entry: ReturnType<typeof list>[number]): boolean {
  return entry.isDirectory() && !entry.name.startsWith(".");
}

function read(file: string): FoundManifest {
  const folder = dirname(file);
  let content: unknown;
  try {
    content = JSON.parse(readTextFile(file));
  } catch (error) {
    return { folder, manifest: null, why: `it cannot be read (${toReason(error)})` };
  }
  if (Value.Check(Manifest, content)) return { folder, manifest: content };
  const { path = "", message = "" } = Value.Errors(Manifest, content).First() ?? {};
  const where = path === "" ? "" : `${path.slice(1)}: `;
  return { folder, manifest: null, why: `it is not a conversion.json of ov-llm (${where}${message})` };
}
