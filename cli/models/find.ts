import { OvError } from "../../src/errors.ts";
import { readModels } from "../../src/library/edit.ts";
import { findEntry } from "../../src/registry/edit.ts";
import type { Snapshot } from "../../src/registry/registry.ts";
import type { RegistryEntry } from "../../src/registry/schema.ts";

/** By its name or an alias. Throws what keeps it from being there. */
export function findRegistered(
  { entries, problems }: Snapshot,
  asked: string,
  registryPath: string,
): [name: string, entry: RegistryEntry] {
  const found = [...entries].find(([name, entry]) => name === asked || entry.aliases?.includes(asked));
  if (found !== undefined) return found;
  findEntry(readModels(registryPath), asked);
  const reason = problems.find(({ name }) => name === asked)?.reason;
  throw new OvError("registry_invalid", reason ?? `The registry entry ${JSON.stringify(asked)} is invalid.`);
}
