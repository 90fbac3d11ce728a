import { isDeepStrictEqual } from "node:util";
import type { RegistryEntry } from "./schema.ts";

type Entries = ReadonlyMap<string, RegistryEntry>;

/** For people who read the log. What it means for a loaded model is decided by the pool, which knows what that depends on. */
export interface RegistryDiff {
  added: string[];
  /** Entries that differ in anything but the order of their keys. */
  changed: string[];
  removed: string[];
}

/** Names in the order of the registry. */
export function diffEntries(before: Entries, after: Entries): RegistryDiff {
  const added = [...after.keys()].filter((name) => !before.has(name));
  const removed = [...before.keys()].filter((name) => !after.has(name));
  const changed = [...after].flatMap(([name, entry]) => {
    const old = before.get(name);
    return old === undefined || isDeepStrictEqual(old, entry) ? [] : [name];
  });
  return { added, changed, removed };
}
