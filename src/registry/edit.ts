import { Value } from "@sinclair/typebox/value";
import { type ErrorFacts, OvError } from "../errors.ts";
import { findNearest } from "../nearest.ts";
import { checkName, toFreeName } from "./names.ts";
import type { RegistryEntry } from "./schema.ts";
import { SpeculationEntry } from "./speculation.ts";

/**
 * Changes of the registry as `updateRegistry` takes them: each edits the raw entries in place, keeps everything that it is
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
  // Before the entry is there, so that a refused alias leaves nothing behind.
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

/** Renames in place, also where it is a draft: the order of the entries stays. An alias that equals the new name is dropped. */
export function renameModel(models: RawModels, name: string, next: string): void {
  const entry = findEntry(models, name);
  checkName(next);
  const holder = findHolder(models, next);
  if (Object.hasOwn(models, next) || (holder !== undefined && holder !== name))
    throw taken(models, next, holder);
  if (holder === name && !toAliases(entry).includes(next)) throw taken(models, next, holder);
  const renamed = holder === name ? withAliases(name, entry, (aliases) => without(aliases, [next])) : entry;
  const all = Object.entries(models);
  for (const [key] of all) delete models[key];
  for (const [key, value] of all) {
    if (key === name) models[next] = renamed;
    else models[key] = hasDraft(value, name) ? withDraft(value, next) : value;
  }
}

interface Drafted {
  speculation: { kind: "draft"; model: string };
}

function hasDraft(entry: unknown, draft: string): entry is Drafted {
  const speculation =
    typeof entry === "object" && entry !== null && "speculation" in entry && entry.speculation;
  const isDraft = Value.Check(SpeculationEntry, speculation) && speculation.kind === "draft";
  return isDraft && speculation.model === draft;
}

const withDraft = (entry: Drafted, model: string) => ({
  ...entry,
  speculation: { ...entry.speculation, model },
});

/** Adds aliases; those that it has already stay once. Returns all that it has then. */
export function addAliases(models: RawModels, name: string, added: readonly string[]): string[] {
  const entry = findEntry(models, name);
  for (const alias of added) checkFreeAlias(models, name, alias);
  const changed = withAliases(name, entry, (aliases) => [...new Set([...aliases, ...added])]);
  models[name] = changed;
  return toAliases(changed);
}

/** Removes aliases; one that the model lacks is an error. Returns those that are left. */
export function removeAliases(models: RawModels, name: string, removed: readonly string[]): string[] {
  const entry = findEntry(models, name);
  const aliases = toAliases(entry);
  const missing = removed.find((alias) => !aliases.includes(alias));
  if (missing !== undefined) {
    const why = aliases.length === 0 ? "it has none" : `it has ${quoteAll(aliases)}`;
    throw refused({ what: `Cannot remove alias ${quote(missing)} of model ${quote(name)}`, why });
  }
  const changed = withAliases(name, entry, (all) => without(all, removed));
  models[name] = changed;
  return toAliases(changed);
}

/** The raw entry of that name; throws `model_not_found` with the nearest known names. */
export function findEntry(models: RawModels, name: string): unknown {
  if (Object.hasOwn(models, name)) return models[name];
  throw new OvError("model_not_found", {
    what: `Cannot find model ${quote(name)}`,
    why: findHint(models, name),
    next: `List them with "ov-llm models".`,
  });
}

function findHint(models: RawModels, name: string): string {
  const holder = findHolder(models, name);
  if (holder !== undefined) return `it is ${toKind(models, name, holder)} of ${quote(holder)}, use that name`;
  const names = Object.keys(models);
  const nearest = findNearest(name, names);
  if (nearest.length > 0) return `did you mean ${nearest.map(quote).join(" or ")}?`;
  if (names.length === 0) return "the registry is empty";
  return `the registry has ${quoteAll(names.slice(0, 10))}${names.length > 10 ? ", …" : ""}`;
}

/** The entry as an object with named values; throws `registry_invalid` for anything else. */
export function toFields(name: string, entry: unknown): Record<string, unknown> {
  if (typeof entry === "object" && entry !== null && !Array.isArray(entry)) return { ...entry };
  throw new OvError("registry_invalid", {
    what: `Registry entry ${quote(name)} is not an object`,
    next: `Remove it with "ov-llm models rm" and add the model again.`,
  });
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

function toPresets(entry: unknown): string[] {
  const has = typeof entry === "object" && entry !== null && "presets" in entry;
  return has && typeof entry.presets === "object" && entry.presets !== null ? Object.keys(entry.presets) : [];
}

function withAliases(name: string, entry: unknown, change: (aliases: string[]) => string[]) {
  const { aliases: _before, ...rest } = toFields(name, entry);
  const aliases = change(toAliases(entry));
  return aliases.length === 0 ? rest : { ...rest, aliases };
}

/** The name of the model that has this alias; the text itself where none has it. */
export function resolveAlias(models: RawModels, name: string): string {
  if (Object.hasOwn(models, name)) return name;
  return Object.keys(models).find((key) => toAliases(models[key]).includes(name)) ?? name;
}

/** The model that has this name, alias or preset. */
function findHolder(models: RawModels, name: string): string | undefined {
  if (Object.hasOwn(models, name)) return name;
  return Object.keys(models).find((key) => {
    const entry = models[key];
    return toAliases(entry).includes(name) || toPresets(entry).includes(name);
  });
}

function checkFreeAlias(models: RawModels, name: string, alias: string): void {
  checkName(alias, "an alias");
  if (alias === name) {
    throw refused({ what: `Cannot use ${quote(alias)} as an alias of itself`, next: chooseAnother });
  }
  const holder = findHolder(models, alias);
  const isPreset = holder === name && toPresets(models[name]).includes(alias);
  if (holder !== undefined && (holder !== name || isPreset)) throw taken(models, alias, holder);
}

/** Throws `invalid_request` where the preset's name is taken by anything but a preset of the same model. */
export function checkFreePreset(models: RawModels, name: string, preset: string): void {
  if (toPresets(models[name]).includes(preset)) return;
  checkName(preset, "the name of a preset");
  const holder = findHolder(models, preset);
  if (holder !== undefined) throw taken(models, preset, holder);
}

/** What a further name is of the model that has it. */
function toKind(models: RawModels, name: string, holder: string): string {
  return toPresets(models[holder]).includes(name) ? "a preset" : "an alias";
}

function taken(models: RawModels, name: string, holder: string | undefined): OvError {
  const isModel = holder === undefined || holder === name;
  const why = isModel
    ? "a model has it already"
    : `it is ${toKind(models, name, holder)} of ${quote(holder)} already`;
  return refused({ what: `Cannot use the name ${quote(name)}`, why, next: chooseAnother });
}

const chooseAnother = "Choose another one.";

function without(aliases: string[], removed: readonly string[]): string[] {
  return aliases.filter((alias) => !removed.includes(alias));
}

function refused(facts: ErrorFacts): OvError {
  return new OvError("invalid_request", facts);
}

function quote(text: string): string {
  return JSON.stringify(text);
}

function quoteAll(names: readonly string[]): string {
  return names.map(quote).join(", ");
}
