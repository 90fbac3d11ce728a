import { OvError } from "../errors.ts";
import { parseEntries, type RegistryEntry } from "../registry/schema.ts";
import { setValues } from "../registry/values.ts";

/** Assignments as `ov-llm models set` takes them: `key=value`, `key=` to remove the key. */
export type Change = readonly string[];

/** The entry as it would be. Throws `invalid_request` for a change that the registry refuses. */
export function withChange(name: string, entry: RegistryEntry, change: Change): RegistryEntry {
  const models: Record<string, unknown> = { [name]: structuredClone(entry) };
  setValues(models, name, change);
  const changed = parseEntries(models).entries.get(name);
  if (changed !== undefined) return changed;
  throw new OvError("invalid_request", `Cannot use ${change.join(" ")}: the entry would be invalid.`);
}

/** Both changes in one. They set different keys, or the later one counts. */
export function joinChanges(changes: readonly Change[]): Change {
  const byKey = new Map(changes.flat().map((one) => [one.slice(0, one.indexOf("=")), one]));
  return [...byKey.values()];
}
