import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type Manifest, readManifest } from "./manifest.ts";

export interface Converted {
  /** The manifests of all converted folders. */
  manifests: Manifest[];
  /** The names of the models' folders. */
  names: string[];
}

/** What lies in `modelOut`: `<name>/task-…__wf-…/conversion.json`. Nothing there: empty lists. */
export function listConverted(modelOut: string): Converted {
  const names = listFolders(modelOut);
  const manifests = names.flatMap((name) =>
    listFolders(join(modelOut, name)).flatMap((inner) => readManifest(join(modelOut, name, inner)) ?? []),
  );
  return { manifests, names };
}

/** Hidden ones are work in progress. */
function listFolders(path: string): string[] {
  try {
    const entries = readdirSync(path, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}
