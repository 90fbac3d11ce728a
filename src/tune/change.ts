import { OvError } from "../errors.ts";
import type { RawModels } from "../registry/edit.ts";
import { parseEntries, type RegistryEntry } from "../registry/schema.ts";
import { setValues } from "../registry/values.ts";

/** Assignments as `ov-llm models set` takes them: `key=value`, `key=` to remove the key. */
export type Change = string[];

/**
 * The entry as it would be. `models`: all entries as they stand in the registry, which a change may name. Throws
 * `invalid_request` for one that the registry refuses.
 */
export function withChange(models: Readonly<RawModels>, name: string, change: Change): RegistryEntry {
  const changed = structuredClone(models);
  setValues(changed, name, change);
  const entry = parseEntries(changed).entries.get(name);
  if (entry !== undefined) return entry;
  throw new OvError("invalid_request", `Cannot use ${change.join(" ")}: the entry would be invalid.`);
}

/** What takes a change back: the keys that it sets as they stand in the entry now, or without them. */
export function invertChange(entry: unknown, change: Change): Change {
  return change.map((assignment) => {
    const key = assignment.slice(0, assignment.indexOf("="));
    const value = readValue(entry, key.split("."));
    return `${key}=${typeof value === "string" || value === undefined ? (value ?? "") : JSON.stringify(value)}`;
  });
}

function readValue(holder: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return holder;
  if (typeof holder !== "object" || holder === null || !Object.hasOwn(holder, key)) return undefined;
  return readValue(Object.entries(holder).find(([name]) => name === key)?.[1], rest);
}

/** Both changes in one. They set different keys, or the later one counts. */
export function joinChanges(changes: readonly Change[]): Change {
  const byKey = new Map(changes.flat().map((one) => [one.slice(0, one.indexOf("=")), one]));
  return [...byKey.values()];
}
