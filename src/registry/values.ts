import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { type ErrorFacts, OvError } from "../errors.ts";
import { findEntry, type RawModels, toFields } from "./edit.ts";
import { findNearest } from "./names.ts";
import { propertyNames, propertySchema } from "./properties.ts";
import { RegistryEntry } from "./schema.ts";

const schemas = new Map<string, TSchema>(Object.entries(RegistryEntry.properties));
/** Aliases have a command of their own, which checks the other models' names too. */
const settable = [...schemas.keys()].filter((key) => key !== "aliases" && key !== "properties");
const propertyPrefix = "properties.";

const required = new Set<string>(RegistryEntry.required);

export interface SetOptions {
  /** Takes keys that ov-llm does not know; their values are JSON, or else text. */
  force?: boolean;
}

/**
 * `key=value` sets a value of the entry, `key=` removes it; all of them or, when one is refused, none.
 * `properties.NAME=value` is about one OpenVINO property. Values are held to the schema of the registry. Throws
 * `invalid_request`.
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
    const value = text === "" ? undefined : toValue(key, text);
    check(key, value, assignment, options.force === true);
    if (key.startsWith(propertyPrefix)) setProperty(fields, key.slice(propertyPrefix.length), value);
    else if (value === undefined) delete fields[key];
    else fields[key] = value;
  }
  models[name] = fields;
}

/** The entry as it was stays as it was; no empty object is left behind. */
function setProperty(fields: Record<string, unknown>, property: string, value: unknown): void {
  const { [property]: _before, ...others } = toObject(fields.properties);
  const properties = value === undefined ? others : { ...others, [property]: value };
  if (Object.keys(properties).length > 0) fields.properties = properties;
  else delete fields.properties;
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
function toValue(key: string, text: string): unknown {
  const type: unknown = schemaOf(key)?.type;
  return type === "string" ? text : (parseJson(text) ?? text);
}

function check(key: string, value: unknown, assignment: string, force: boolean): void {
  if (key === "aliases") {
    throw refused({ what: `Cannot set "aliases" here`, next: `Use "ov-llm models alias".` });
  }
  if (key === "properties") {
    throw refused({ what: `Cannot set "properties" as a whole`, next: "Set properties.NAME=value." });
  }
  const schema = schemaOf(key);
  if (schema === undefined) {
    if (key.startsWith(propertyPrefix)) throw unknownProperty(key.slice(propertyPrefix.length));
    if (key === "__proto__" || !force) throw unknownKey(key);
  } else if (value === undefined) {
    if (required.has(key))
      throw refused({ what: `Cannot remove ${quote(key)}`, why: "every model needs it" });
  } else if (!Value.Check(schema, value)) {
    const why = `${quote(key)} must be ${schema.description ?? "something else"}`;
    throw refused({ what: `Cannot use ${quote(assignment)}`, why });
  }
}

function schemaOf(key: string): TSchema | undefined {
  return key.startsWith(propertyPrefix) ? propertySchema(key.slice(propertyPrefix.length)) : schemas.get(key);
}

function unknownProperty(property: string): OvError {
  const next = `The properties that ov-llm knows are ${propertyNames.join(", ")}.`;
  return refused({
    what: `Cannot set the property ${quote(property)}`,
    why: toGuess(property, propertyNames),
    next,
  });
}

function unknownKey(key: string): OvError {
  const next = `The keys that ov-llm knows are ${settable.join(", ")}, properties.NAME; --force sets others.`;
  return refused({ what: `Cannot set ${quote(key)}`, why: toGuess(key, settable), next });
}

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
