import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const isSource = (path: string) => /^([a-z_]+\/)?[a-z_]+\.py$/.test(path);

/**
 * The batching host's files as text, by their paths below its folder. Called as a macro: Bun runs it while it transpiles
 * the caller, in `bun build` as well as from the sources, and puts what it returns in the place of the call.
 */
export function readHostSources(): Record<string, string> {
  const folder = join(import.meta.dir, "../../../hosts/batching");
  const paths = readdirSync(folder, { encoding: "utf8", recursive: true }).filter(isSource).sort();
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), "utf8")]));
}
