import { OvError } from "../errors.ts";
import { checkName } from "./check-name.ts";
import { toFreeName } from "./name.ts";
import { findNearest } from "./nearest.ts";
import type { RegistryEntry } from "./schema.ts";

/**
 * Changes of the registry as `updateRegistry` takes them: each edits the raw entries in place, keeps all that it is
 * not about, and throws before it has changed anything.
 */
export type RawModels = Record<string, unknown>;

export interface Addition {
  /** The wanted name; a taken one gets -2, -3, … */
  name: string;
  entry: RegistryEntry;
  /** Makes two spellings of one path equal, as realpath does. */
  toRealPath: (path: string) => string;
}

/** Registers a model, unless one is registered for its path already: then nothing is changed. */
export function addModel(models: RawModels, { name, entry, toRealPath }: Addition) {
  checkName(name);
  const wanted = toRealPath(entry.path);
  for (const [other, value] of Object.entries(models)) {
    const path = toEntryPath(value);
    if (path !== null && toRealPath(path) === wanted) return { name: other, added: false };
  }
  const { aliases = [], ...rest } = entry;
  const free = toFreeName(name, (candidate) => findHolder(models, candidate) !== undefined);
  // The aliases are looked at before the entry is there, so that a refused one leaves nothing behind.
  for (const alias of aliases) checkFreeAlias(models, free, alias);
  models[free] = aliases.length === 0 ? rest : { ...rest, aliases: [...new Set(aliases)] };
  return { name: free, added: true };
}

/** Takes the entry out and returns it as it was. */
export function removeModel(models: RawModels, name: string): unknown {
  const entry = findEntry(models, name);
  delete models[name];
  return entry;
}

/** Renames in place: the order of the entries stays. An alias that says the new name already is dropped. */
export function renameModel(models: RawModels, name: string, next: string): void {
  const entry = findEntry(models, name);
  checkName(next);
  const holder = findHolder(models, next);
  if (Object.hasOwn(models, next) || (holder !== undefined && holder !== name)) throw taken(next, holder);
  const renamed = holder === name ? withAliases(name, entry, (aliases) => without(aliases, [next])) : entry;
  const all = Object.entries(models);
  for (const [key] of all) delete models[key];
  for (const [key, value] of all) models[key === name ? next : key] = key === name ? renamed : value;
}

/** Adds aliases; those that it has already stay once. Returns all that it has then. */
export function addAliases(models: RawModels, name: string, added: readonly string[]): string[] {
  const entry = findEntry(models, name);
  for (const alias of added) checkFreeAlias(models, name, alias);
  const changed = withAliases(name, entry, (aliases) => [...new Set([...aliases, ...added])]);
  models[name] = changed;
  return toAliases(changed);
}

/** Removes aliases; one that it has not is an error. Returns those that are left. */
export function removeAliases(models: RawModels, name: string, removed: readonly string[]): string[] {
  const entry = findEntry(models, name);
  const aliases = toAliases(entry);
  const missing = removed.find((alias) => !aliases.includes(alias));
  if (missing !== undefined) {
    const has = aliases.length === 0 ? "it has none" : `it has ${quoteAll(aliases)}`;
    throw refused(`Cannot remove alias ${quote(missing)} of model ${quote(name)}: ${has}.`);
  }
  const changed = withAliases(name, entry, (all) => without(all, removed));
  models[name] = changed;
  return toAliases(changed);
}

/** The raw entry of that name; throws `model_not_found` with the nearest known names. */
export function findEntry(models: RawModels, name: string): unknown {
  if (Object.hasOwn(models, name)) return models[name];
  const holder = findHolder(models, name);
  const names = Object.keys(models);
  const nearest = findNearest(name, names);
  const hint =
    holder !== undefined
      ? `it is an alias of ${quote(holder)}, use that name`
      : nearest.length > 0
        ? `did you mean ${nearest.map(quote).join(" or ")}?`
        : names.length > 0
          ? `the registry has ${quoteAll(names.slice(0, 10))}${names.length > 10 ? ", …" : ""}`
          : "the registry is empty";
  const end = hint.endsWith("?") ? "" : ".";
  throw new OvError(
    "model_not_found",
    `Cannot find model ${quote(name)}: ${hint}${end} List them with "ov-llm models".`,
  );
}

/** The entry as an object with named values; throws for what is none. */
export function toFields(name: string, entry: unknown): Record<string, unknown> {
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) return { ...entry };
  throw new OvError(
    "registry_invalid",
    `Registry entry ${quote(name)} is no object. Remove it with "ov-llm models rm" and add the model again.`,
  );
}

/** The path that a raw entry states; null: none. */
export function toEntryPath(entry: unknown): string | null {
  const isPath = typeof entry === "object" && entry !== null && "path" in entry;
  return isPath && typeof entry.path === "string" ? entry.path : null;
}

function toAliases(entry: unknown): string[] {
  const has = typeof entry === "object" && entry !== null && "aliases" in entry;
  const aliases: unknown[] = has && Array.isArray(entry.aliases) ? entry.aliases : [];
  return aliases.filter((alias) => typeof alias === "string");
}

function withAliases(name: string, entry: unknown, change: (aliases: string[]) => string[]) {
  const { aliases: _before, ...rest } = toFields(name, entry);
  const aliases = change(toAliases(entry));
  return aliases.length === 0 ? rest : { ...rest, aliases };
}

/** The model that has this name or alias. */
function findHolder(models: RawModels, name: string): string | undefined {
  if (Object.hasOwn(models, name)) return name;
  return Object.keys(models).find((key) => toAliases(models[key]).includes(name));
}

function checkFreeAlias(models: RawModels, name: string, alias: string): void {
  checkName(alias, "an alias");
  if (alias === name) throw refused(`Cannot use ${quote(alias)} as an alias of itself. Choose another one.`);
  const holder = findHolder(models, alias);
  if (holder !== undefined && holder !== name) throw taken(alias, holder);
}

function taken(name: string, holder: string | undefined): OvError {
  const whose =
    holder === undefined || holder === name ? "a model has it" : `it is an alias of ${quote(holder)}`;
  return refused(`Cannot use the name ${quote(name)}: ${whose} already. Choose another one.`);
}

function without(aliases: string[], removed: readonly string[]): string[] {
  return aliases.filter((alias) => !removed.includes(alias));
}

function refused(message: string): OvError {
  return new OvError("invalid_request", message);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function quoteAll(names: readonly string[]): string {
  return names.map(quote).join(", ");
}
