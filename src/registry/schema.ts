import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { OvError } from "../errors.ts";
import { explainFault } from "../json/fault.ts";
import { findNearest } from "../nearest.ts";
import { toolFormatNames } from "../tool-formats.ts";
import { defaultNames, defaultSchema, ModelDefaults } from "./defaults.ts";
import { EmbeddingEntry, embeddingNames, embeddingSchema } from "./embedding.ts";
import { ModelProperties, propertyNames, propertySchema } from "./properties.ts";
import { SpeculationEntry } from "./speculation.ts";

/** One model of registry.json. Keys that are not named here are allowed and kept. */
export const RegistryEntry = Type.Object(
  {
    path: Type.String({ pattern: "^/", description: "an absolute path" }),
    task: Type.String({ minLength: 1, description: "a task such as text-generation-with-past" }),
    weight_format: Type.String({ minLength: 1, description: "a weight format such as int8" }),
    device: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z][\\w.]*(:[\\w.,()-]+)?$",
        description: "an OpenVINO device such as GPU",
      }),
    ),
    engine: Type.Optional(
      Type.Union([Type.Literal("auto"), Type.Literal("native"), Type.Literal("batching")], {
        description: "auto, native or batching",
      }),
    ),
    properties: Type.Optional(ModelProperties),
    aliases: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), { description: "a list of further names" }),
    ),
    context_length: Type.Optional(
      Type.Integer({ minimum: 1, description: "a whole number of tokens, 1 or more" }),
    ),
    /** When `ov-llm convert` wrote what lies at the path; another time there means other files. */
    converted_at: Type.Optional(Type.Unknown()),
    /** Never unloaded for being idle. */
    pinned: Type.Optional(Type.Boolean({ description: "true or false" })),
    /** Unloaded after this many seconds without a request; 0: never. */
    idle_seconds: Type.Optional(Type.Number({ minimum: 0, description: "a number of seconds, 0 or more" })),
    /** Defaults for what requests leave out. */
    defaults: Type.Optional(ModelDefaults),
    /** Further names, each with defaults of its own beside the model's. */
    presets: Type.Optional(
      Type.Record(Type.String({ minLength: 1 }), ModelDefaults, {
        description: "an object from name to defaults",
      }),
    ),
    embedding: Type.Optional(EmbeddingEntry),
    speculation: Type.Optional(SpeculationEntry),
    /** Most tokens that one step of the engine computes. */
    prefill_chunk: Type.Optional(
      Type.Integer({ minimum: 16, maximum: 65_536, description: "a whole number of tokens, 16 to 65536" }),
    ),
    /** How the model writes tool calls, where its chat template does not show it. */
    tool_format: Type.Optional(
      Type.Union(
        toolFormatNames.map((name) => Type.Literal(name)),
        { description: `one of ${toolFormatNames.join(", ")}` },
      ),
    ),
  },
  { additionalProperties: true },
);
export type RegistryEntry = Static<typeof RegistryEntry>;

/** The whole file, its entries not checked yet. */
export const RegistryFile = Type.Object(
  { version: Type.Literal(1), models: Type.Record(Type.String(), Type.Unknown()) },
  { additionalProperties: true },
);
export type RegistryFile = Static<typeof RegistryFile>;

/** An entry or alias that is not served; the reason is a whole sentence that names it. */
export interface RegistryProblem {
  name: string;
  reason: string;
}

export interface ParsedRegistry {
  entries: Map<string, RegistryEntry>;
  problems: RegistryProblem[];
  /** Ignored keys of entries that are close to a known one: probably typing errors. */
  hints: RegistryProblem[];
}

/**
 * The file's text as JSON with the right outer shape; throws `registry_invalid`.
 * `source`: what that error names. `parse`: instead of `JSON.parse`.
 */
export function parseRegistryFile(
  text: string,
  source = "The registry",
  parse: (json: string) => unknown = JSON.parse,
): RegistryFile {
  // An editor of Windows puts a mark before it.
  const json = text.replace(/^\uFEFF/, "");
  let file: unknown;
  try {
    file = parse(json);
  } catch (error) {
    throw invalid(`${source} is not valid JSON: ${explainFault(json)}`, error);
  }
  if (Value.Check(RegistryFile, file)) return file;
  const shape = typeof file === "object" && file !== null && !Array.isArray(file) ? file : undefined;
  if (shape === undefined) throw invalid(`${source} holds ${show(file)}, but must be an object`);
  const version = "version" in shape ? shape.version : undefined;
  if (version !== 1) throw invalid(`${source} has version ${show(version)}; this ov-llm reads version 1`);
  const models = "models" in shape ? shape.models : undefined;
  throw invalid(`${source} has ${show(models)} as "models", but it must be an object from name to entry`);
}

/** Entry by entry: what is wrong with one is reported and never costs the others. */
export function parseRegistry(text: string, source?: string): ParsedRegistry {
  return parseEntries(parseRegistryFile(text, source).models);
}

/** The same for the raw entries by name. */
export function parseEntries(models: RegistryFile["models"]): ParsedRegistry {
  const entries = new Map<string, RegistryEntry>();
  const problems: RegistryProblem[] = [];
  const hints: RegistryProblem[] = [];
  // Names of bad entries count too: an alias must not answer instead of a broken model.
  const taken = new Set(Object.keys(models));
  for (const [name, value] of Object.entries(models)) {
    if (name === "" || !Value.Check(RegistryEntry, value)) {
      problems.push({ name, reason: `Registry entry ${show(name)} is skipped: ${findFault(name, value)}.` });
      continue;
    }
    entries.set(name, withFreeAliases(name, value, taken, problems));
    hints.push(...findMistypedKeys(name, value));
  }
  return { entries, problems, hints };
}

function findMistypedKeys(name: string, entry: RegistryEntry): RegistryProblem[] {
  const known = Object.keys(RegistryEntry.properties);
  return Object.keys(entry).flatMap((key) => {
    const [near] = known.includes(key) ? [] : findNearest(key, known);
    if (near === undefined) return [];
    const reason = `Registry entry ${show(name)} has ${show(key)}, which ov-llm does not know; did you mean ${show(near)}?`;
    return [{ name, reason }];
  });
}

/** All names that requests may use for a model beside its own. */
export function listOtherNames({
  aliases = [],
  presets = {},
}: Pick<RegistryEntry, "aliases" | "presets">): string[] {
  return [...aliases, ...Object.keys(presets)];
}

function withFreeAliases(
  name: string,
  entry: RegistryEntry,
  taken: Set<string>,
  problems: RegistryProblem[],
): RegistryEntry {
  const { aliases, presets } = entry;
  const isFree = (what: string) => (alias: string) => {
    if (!taken.has(alias)) return taken.add(alias);
    const reason = `${what} ${show(alias)} of registry entry ${show(name)} is dropped: another name or alias has it already.`;
    problems.push({ name, reason });
    return false;
  };
  const isFreePreset = isFree("Preset");
  return {
    ...entry,
    ...(aliases && { aliases: aliases.filter(isFree("Alias")) }),
    ...(presets && {
      presets: Object.fromEntries(Object.entries(presets).filter(([alias]) => isFreePreset(alias))),
    }),
  };
}

function findFault(name: string, value: unknown): string {
  if (name === "") return "its name is empty";
  const error = Value.Errors(RegistryEntry, value).First();
  const [, field, part, inner] = (error?.path.split("/") ?? []).map(unescapePointer);
  if (error === undefined || field === undefined) return `it is ${show(value)}, but must be an object`;
  if (field === "properties" && part !== undefined) {
    const what = `the property ${show(part)} in its "properties"`;
    return findMemberFault(what, error.value, propertySchema(part), propertyNames);
  }
  if (field === "defaults" && part !== undefined) {
    const what = `the default ${show(part)} in its "defaults"`;
    return findMemberFault(what, error.value, defaultSchema(part), defaultNames);
  }
  if (field === "embedding" && part !== undefined) {
    const what = `the value ${show(part)} in its "embedding"`;
    return findMemberFault(what, error.value, embeddingSchema(part), embeddingNames);
  }
  if (field === "presets" && part !== undefined && inner !== undefined) {
    const what = `the default ${show(inner)} in its preset ${show(part)}`;
    return findMemberFault(what, error.value, defaultSchema(inner), defaultNames);
  }
  if (field === "presets" && part !== undefined) {
    return `its preset ${show(part)} is ${show(error.value)}, but must be an object of defaults`;
  }
  const schema: TSchema | undefined = Object.entries(RegistryEntry.properties).find(
    ([key]) => key === field,
  )?.[1];
  const expected = schema?.description ?? "something else";
  if (error.value === undefined) return `its ${show(field)} is missing, but must be ${expected}`;
  return `its ${show(field)} is ${show(error.value)}, but must be ${field === "path" ? absolute(expected) : expected}`;
}

/** `schema`: what it may be; undefined: ov-llm does not know it, only the names `known`. */
function findMemberFault(
  what: string,
  value: unknown,
  schema: TSchema | undefined,
  known: readonly string[],
): string {
  if (schema !== undefined) return `${what} is ${show(value)}, but must be ${schema.description}`;
  return `ov-llm does not know ${what}: it knows ${known.join(", ")}`;
}

/** RFC 6901, section 3. */
function unescapePointer(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

function absolute(expected: string): string {
  return `${expected} (it must be absolute, and ~ is not expanded here)`;
}

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function invalid(what: string, cause?: unknown): OvError {
  const next = "Correct the file or restore an earlier copy.";
  return new OvError("registry_invalid", { what, next }, { cause });
}
