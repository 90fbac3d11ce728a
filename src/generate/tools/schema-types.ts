import { createSchemaCompiler } from "../../grammar/json-schema/compiled.ts";
import type { Grammar } from "../../protocol/grammar.ts";
import { toConst, toOptional, toUnion } from "./call-grammar.ts";

/** What a JSON Schema lets a value be: its types, `any` if it does not say. */
export type SchemaTypes = ReadonlySet<string> | "any";

type Schema = Record<string, unknown>;

/** References (`#/$defs/…`) are looked up in `root`; deeper than this they count as `any`: they may go in circles. */
const deepest = 8;

export function toSchemaTypes(schema: unknown, root: Schema, depth = 0): SchemaTypes {
  if (!isObject(schema) || depth > deepest) return "any";
  const { type, $ref: ref } = schema;
  if (typeof ref === "string") return toSchemaTypes(lookUp(ref, root), root, depth + 1);
  if (typeof type === "string") return new Set([type]);
  if (Array.isArray(type)) return new Set(type.map(String));
  const values = toAllowedValues(schema);
  if (values !== undefined) return new Set(values.map(typeOf));
  const choices = schema.anyOf ?? schema.oneOf;
  if (!Array.isArray(choices)) return "any";
  const types = choices.map((choice: unknown) => toSchemaTypes(choice, root, depth + 1));
  return types.includes("any") ? "any" : new Set(types.flatMap((one) => [...one]));
}

/** The values of `enum` or `const`; undefined if there is neither. */
function toAllowedValues(schema: unknown): unknown[] | undefined {
  if (!isObject(schema)) return undefined;
  if (Array.isArray(schema.enum)) return schema.enum;
  return "const" in schema ? [schema.const] : undefined;
}

/** The named properties with their schemas, and whether each must be there. */
export function toProperties(root: Schema): { name: string; schema: unknown; required: boolean }[] {
  const required: unknown[] = Array.isArray(root.required) ? root.required : [];
  const properties = isObject(root.properties) ? root.properties : {};
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    schema,
    required: required.includes(name),
  }));
}

/** A request's grammar is made on the daemon's loop, and agents send the same tools with every one. */
const compile = createSchemaCompiler();

/**
 * What a value of one property is held to, written as JSON; the schema may refer to the root's definitions. Whatever had to
 * be refused in a strict tool was refused when its whole schema was compiled, so here everything may be widened.
 */
export function toValueGrammar(schema: unknown, root: Schema): Grammar {
  const { $defs, definitions } = root;
  const whole = isObject(schema)
    ? { ...schema, ...($defs ? { $defs } : {}), ...(definitions ? { definitions } : {}) }
    : schema;
  return compile(whole, "tools", { strict: false }).grammar;
}

/**
 * What a value of one property is held to where text is written without quotes, up to the end of the tag around it. Text has
 * no `pattern`, `format` or length here, and may be anything where `type` lists others beside it or is absent.
 */
function toRawValueGrammar(schema: unknown, root: Schema): Grammar {
  const types = toSchemaTypes(schema, root);
  if (types !== "any" && !types.has("string")) return toValueGrammar(schema, root);
  const values = toAllowedValues(schema);
  if (values === undefined) return toUnionOfChoices(schema, root);
  return toUnion(values.map((value) => toConst(typeof value === "string" ? value : JSON.stringify(value))));
}

/** Where one choice is any text, all are. */
function toUnionOfChoices(schema: unknown, root: Schema): Grammar {
  const choices = isObject(schema) ? (schema.anyOf ?? schema.oneOf) : undefined;
  if (!Array.isArray(choices) || choices.length === 0) return { type: "any_text" };
  const grammars = choices.map((choice: unknown) => toRawValueGrammar(choice, root));
  return grammars.find(({ type }) => type === "any_text") ?? toUnion(grammars);
}

/** The types of a named property of a tool's arguments. */
export function toPropertyTypes(name: string, root: Schema): SchemaTypes {
  return toSchemaTypes(toProperties(root).find((one) => one.name === name)?.schema, root);
}

/** The JSON Schema type of a value; a whole number is both `integer` and `number`, and named `integer`. */
export function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

function lookUp(ref: string, root: Schema): unknown {
  let found: unknown = ref.startsWith("#") ? root : undefined;
  for (const step of ref.split("/").slice(1)) {
    found = isObject(found) ? found[step.replaceAll("~1", "/").replaceAll("~0", "~")] : undefined;
  }
  return found;
}

function isObject(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The properties in the schema's order, each as `write` has it around its raw value; those that are not required may be left out. */
export function toPropertyGrammars(
  root: Schema,
  write: (name: string, value: Grammar) => Grammar,
): Grammar[] {
  return toProperties(root).map(({ name, schema, required }) => {
    const one = write(name, toRawValueGrammar(schema, root));
    return required ? one : toOptional(one);
  });
}
