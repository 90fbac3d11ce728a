import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type ErrorFacts, OvError } from "../errors.ts";
import { findNearest } from "../nearest.ts";
import { defaultNames, defaultSchema } from "./defaults.ts";
import { findDeviceFault } from "./device.ts";
import { checkFreePreset, findEntry, type RawModels, toFields } from "./edit.ts";
import { embeddingNames, embeddingSchema } from "./embedding.ts";
import { propertyNames, propertySchema } from "./properties.ts";
import { RegistryEntry } from "./schema.ts";
import { SpeculationEntry } from "./speculation.ts";

const schemas = new Map<string, TSchema>(Object.entries(RegistryEntry.properties));
/** Aliases have a command of their own, which checks the other models' names too. */
const apart = ["aliases", "properties", "defaults", "embedding", "presets"];
const settable = [...schemas.keys()].filter((key) => !apart.includes(key));

/** Keys within objects of the entry, and how they are spoken of. */
const groups = [
  {
    prefix: "properties.",
    schemaOf: propertySchema,
    names: propertyNames,
    word: "property",
    words: "properties",
  },
  { prefix: "defaults.", schemaOf: defaultSchema, names: defaultNames, word: "default", words: "defaults" },
  {
    prefix: "embedding.",
    schemaOf: embeddingSchema,
    names: embeddingNames,
    word: "value of embeddings",
    words: "values",
  },
  { prefix: "presets.", schemaOf: defaultSchema, names: defaultNames, word: "default", words: "defaults" },
] as const;

/** Where a value goes: the keys of the objects that hold it, and its own. */
interface Place {
  way: string[];
  name: string;
  group: (typeof groups)[number] | null;
}

const required = new Set<string>(RegistryEntry.required);

export interface SetOptions {
  /** Takes keys that ov-llm does not know; their values are JSON, or else text. */
  force?: boolean;
}

/**
 * `key=value` sets a value of the entry, `key=` removes it; all of them or, when one is refused, none.
 * `properties.NAME=value` is about one OpenVINO property, `defaults.NAME=value` about one default of requests,
 * `presets.PRESET.NAME=value` about one of a preset, and `presets.PRESET=` removes the preset. Values are held to the schema
 * of the registry. Throws `invalid_request`.
 */
export function setValues(
  models: RawModels,
  name: string,
  assignments: readonly string[],
  options: SetOptions = {},
): void {
  const fields = toFields(name, findEntry(models, name));
  for (const assignment of assignments) {
    const [key, text] = split(assignment);
    const place = toPlace(key, text);
    const value = text === "" ? undefined : toValue(place, text);
    check(key, place, value, assignment, options.force === true);
    if (place.group?.prefix === "presets.") checkFreePreset(models, name, place.way[1] ?? place.name);
    put(fields, [...place.way, place.name], value);
  }
  // One that has gone since keeps nothing else from being changed.
  if (assignments.some((one) => split(one)[0] === "speculation"))
    checkDraft(models, name, fields.speculation);
  models[name] = fields;
}

/** The preset's own name may hold dots: the last part is that of the default, unless the whole preset goes. */
function toPlace(key: string, text: string): Place {
  const group = groups.find(({ prefix }) => key.startsWith(prefix)) ?? null;
  if (group === null) return { way: [], name: key, group };
  const rest = key.slice(group.prefix.length);
  const top = group.prefix.slice(0, -1);
  if (top !== "presets") return { way: [top], name: rest, group };
  const dot = rest.lastIndexOf(".");
  const isWhole = text === "" && (dot < 1 || defaultSchema(rest.slice(dot + 1)) === undefined);
  if (isWhole) return { way: [top], name: rest, group };
  return { way: [top, rest.slice(0, Math.max(0, dot))], name: rest.slice(dot + 1), group };
}

/** What was there before stays as it was; no empty object is left behind. */
function put(fields: Record<string, unknown>, way: readonly string[], value: unknown): void {
  const [key = "", ...rest] = way;
  let next = value;
  if (rest.length > 0) {
    const inner = toObject(fields[key]);
    put(inner, rest, value);
    next = Object.keys(inner).length > 0 ? inner : undefined;
  }
  if (next === undefined) delete fields[key];
  else fields[key] = next;
}

function toObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function split(assignment: string): [key: string, text: string] {
  const at = assignment.indexOf("=");
  if (at > 0) return [assignment.slice(0, at), assignment.slice(at + 1)];
  throw refused({
    what: `Cannot use ${quote(assignment)}`,
    why: "expected key=value, or key= to remove the key",
  });
}

/** The text as the type of its key; text that does not fit stays text, and the schema refuses it. */
function toValue(place: Place, text: string): unknown {
  // OpenVINO writes its devices in capitals; people write gpu.
  if (isDevice(place)) return text.toUpperCase();
  const type: unknown = schemaOf(place)?.type;
  return type === "string" ? text : (parseJson(text) ?? text);
}

function check(key: string, place: Place, value: unknown, assignment: string, force: boolean): void {
  if (key === "aliases") {
    throw refused({ what: `Cannot set "aliases" here`, next: `Use "ov-llm models alias".` });
  }
  if (apart.includes(key)) {
    const next = `Set ${key === "presets" ? "presets.PRESET.NAME" : `${key}.NAME`}=value.`;
    throw refused({ what: `Cannot set ${quote(key)} as a whole`, next });
  }
  const removesPreset = place.group?.prefix === "presets." && place.way.length === 1;
  if (removesPreset) return;
  if (place.way.at(-1) === "")
    throw refused({ what: `Cannot set ${quote(key)}`, next: "Set presets.PRESET.NAME=value." });
  const schema = schemaOf(place);
  if (schema === undefined) {
    if (place.group !== null) throw unknownMember(place.name, place.group);
    if (key === "__proto__" || !force) throw unknownKey(key);
  } else if (value === undefined) {
    if (required.has(key))
      throw refused({ what: `Cannot remove ${quote(key)}`, why: "every model needs it" });
  } else if (!Value.Check(schema, value)) {
    const why = `${quote(key)} must be ${schema.description ?? "something else"}`;
    throw refused({ what: `Cannot use ${quote(assignment)}`, why });
  } else if (isDevice(place) && !force) {
    checkDevice(String(value), assignment);
  }
}

/** A draft has to be another model that is registered; what its files are shows when the model is loaded. */
function checkDraft(models: RawModels, name: string, speculation: unknown): void {
  if (!Value.Check(SpeculationEntry, speculation) || speculation.kind !== "draft") return;
  if (speculation.model === name) {
    const next = "Name a smaller model of the same tokenizer.";
    throw refused({ what: `Model ${quote(name)} cannot be its own draft`, next });
  }
  findEntry(models, speculation.model);
}

function isDevice({ name, group }: Place): boolean {
  return group === null && name === "device";
}

function checkDevice(device: string, assignment: string): void {
  const why = findDeviceFault(device);
  if (why === null) return;
  const next = "The devices are CPU, GPU, GPU.1, NPU and AUTO; --force sets another one.";
  throw refused({ what: `Cannot use ${quote(assignment)}`, why, next });
}

function schemaOf({ name, group }: Place): TSchema | undefined {
  return group === null ? schemas.get(name) : group.schemaOf(name);
}

function unknownMember(name: string, { names, word, words }: (typeof groups)[number]): OvError {
  return refused({
    what: `Cannot set the ${word} ${quote(name)}`,
    why: toGuess(name, names),
    next: `The ${words} that ov-llm knows are ${names.join(", ")}.`,
  });
}

function unknownKey(key: string): OvError {
  const next = `The keys that ov-llm knows are ${settable.join(", ")}, properties.NAME, defaults.NAME, embedding.NAME, presets.PRESET.NAME; --force sets others.`;
  return refused({ what: `Cannot set ${quote(key)}`, why: guessInner(key) ?? toGuess(key, settable), next });
}

const speculationParts = ["kind", "model", "num_assistant_tokens", "max_ngram_size"];

/** What a key may mean that stands in an object of the entry; undefined: none. */
function guessInner(key: string): string | undefined {
  const part = key.replace(/^speculation\./, "");
  if ((part !== key || speculationParts.indexOf(part) > 1) && speculationParts.includes(part))
    return `it is a part of "speculation", as in ${speculationExample}`;
  const group = groups.find(({ prefix, names }) => prefix !== "presets." && names.includes(key));
  return group && `did you mean ${quote(group.prefix + key)}?`;
}

const speculationExample = `speculation='{"kind":"prompt-lookup","num_assistant_tokens":5}'`;

function toGuess(word: string, known: readonly string[]): string {
  const [nearest] = findNearest(word, known);
  return nearest === undefined ? "ov-llm does not know it" : `did you mean ${quote(nearest)}?`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(facts: ErrorFacts): OvError {
  return new OvError("invalid_request", facts);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
