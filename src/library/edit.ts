import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { toOneLine, writeOut } from "../../cli/terminal.ts";
import type { RawModels } from "../registry/edit.ts";
import { parseRegistryFile } from "../registry/schema.ts";
import { updateRegistry } from "../registry/store.ts";

/**
 * Changes the registry and resolves to what the change returned. Throws what it throws, with nothing written;
 * nothing is written either when it changes nothing.
 */
export async function editRegistry<T>(path: string, change: (models: RawModels) => T): Promise<T> {
  const results: T[] = [];
  const unchanged = new Error("The change left the registry as it was");
  await updateRegistry(path, (models) => {
    const before = structuredClone(models);
    results.push(change(models));
    if (isDeepStrictEqual(before, models)) throw unchanged;
  }).catch((error: unknown) => {
    if (error !== unchanged) throw error;
  });
  for (const result of results) return result;
  throw new TypeError("The registry was written without its change");
}

/** The raw entries as they are now; throws `registry_invalid`. A file that is not there holds none. */
export function readModels(path: string): RawModels {
  try {
    return parseRegistryFile(readFileSync(path, "utf8"), `The registry ${JSON.stringify(path)}`).models;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
}

/** Prints one line each, whatever the names in them hold. */
export async function sayLines(...lines: string[]): Promise<void> {
  await writeOut(lines.map((line) => `${toOneLine(line)}\n`).join(""));
}

export function quoteAll(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(", ");
}
