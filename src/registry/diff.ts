import { isDeepStrictEqual } from "node:util";
import type { RegistryEntry } from "./schema.ts";

type Entries = ReadonlyMap<string, RegistryEntry>;

export interface RegistryDiff {
  added: string[];
  /** Entries that a running model must be loaded anew for. */
  changed: string[];
  removed: string[];
}

/** Names in the order of the registry. Aliases, `pinned` and `idle_seconds` never make an entry "changed". */
export function diffEntries(before: Entries, after: Entries): RegistryDiff {
  const added = [...after.keys()].filter((name) => !before.has(name));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const changed = [...after].flatMap(([name, entry]) => {
    const old = before.get(name);
    return old === undefined || isSameModel(old, entry) ? [] : [name];
  });
  return { added, changed, removed };
}

function isSameModel(a: RegistryEntry, b: RegistryEntry): boolean {
  return isDeepStrictEqual(toLoaded(a), toLoaded(b));
}

/** What the loaded model depends on; unknown keys count, as nobody can say that they do not matter. */
function toLoaded(entry: RegistryEntry): object {
  const { aliases: _aliases, pinned: _pinned, idle_seconds: _idle, ...rest } = entry;
  return rest;
}
