import type { Grammar, TagGrammar } from "../grammar.ts";
import { toOptional, toUnion } from "./call-grammar.ts";

type Schema = Record<string, unknown>;

/** What a schema may say to be written in Gemma's way; a value of any other is written as JSON, which the models know. */
const plain: Record<string, readonly string[]> = {
  string: [],
  object: ["properties", "required", "additionalProperties"],
  array: ["items"],
};
const notes = ["type", "title", "description", "default", "examples", "$defs", "$schema", "$id", "$comment"];

/** The arguments of a call with their braces: `{key:value,…}`, the keys in alphabetical order as in the chat templates. */
export function toArguments(parameters: Schema, quote: string): Grammar {
  // A reference counts from the schema's root, so that no part of it can stand alone.
  return JSON.stringify(parameters).includes('"$ref"') ? toJson(parameters) : toValue(parameters, quote);
}

function toValue(schema: unknown, quote: string): Grammar {
  if (!isSchema(schema)) return toJson(schema);
  const known = typeof schema.type === "string" ? plain[schema.type] : undefined;
  const isPlain =
    known !== undefined && Object.keys(schema).every((key) => notes.includes(key) || known.includes(key));
  if (isPlain && schema.type === "string") return toTag(quote, { type: "any_text" }, quote);
  if (isPlain && schema.type === "array" && isSchema(schema.items)) return toList(schema.items, quote);
  if (isPlain && schema.type === "object" && isSchema(schema.properties)) {
    return toObject(schema.properties, schema.required, quote);
  }
  return toChoice(schema, quote) ?? toJson(schema);
}

function toChoice(schema: Schema, quote: string): Grammar | undefined {
  const { type, enum: choices, ...others } = schema;
  if ((type ?? "string") !== "string" || !Array.isArray(choices)) return undefined;
  if (!Object.keys(others).every((key) => notes.includes(key))) return undefined;
  const texts = choices.filter((choice) => typeof choice === "string" && !choice.includes(quote));
  if (texts.length === 0 || texts.length < choices.length) return undefined;
  return toUnion(texts.map((text) => ({ type: "const", text: `${quote}${text}${quote}` })));
}

function toList(items: Schema, quote: string): Grammar {
  const item = toTag("", toValue(items, quote), "");
  return toTag(
    "[",
    {
      type: "tags_with_separator",
      separator: ",",
      tags: [item],
      at_least_one: false,
      stop_after_first: false,
    },
    "]",
  );
}

function toObject(properties: Schema, required: unknown, quote: string): Grammar {
  const wanted: unknown[] = Array.isArray(required) ? required : [];
  const fields = Object.keys(properties)
    .sort()
    .map((key) => ({ key, isWanted: wanted.includes(key), member: toMember(key, properties[key], quote) }));
  const lastFirst = fields.findIndex(({ isWanted }) => isWanted);
  const firsts = lastFirst === -1 ? fields : fields.slice(0, lastFirst + 1);
  const whole = firsts.map(({ member }, at): Grammar => {
    const others = fields.slice(at + 1).map((field) => {
      const next: Grammar = { type: "concat", elements: [{ type: "const", text: "," }, field.member] };
      return field.isWanted ? next : toOptional(next);
    });
    return toTag("{", others.length === 0 ? member : { type: "concat", elements: [member, ...others] }, "}");
  });
  return toUnion(lastFirst === -1 ? [...whole, { type: "const", text: "{}" }] : whole);
}

function toMember(key: string, schema: unknown, quote: string): Grammar {
  const name = /^[\w.$-]+$/.test(key) ? key : JSON.stringify(key);
  return { type: "concat", elements: [{ type: "const", text: `${name}:` }, toValue(schema, quote)] };
}

function toJson(schema: unknown): Grammar {
  return { type: "json_schema", schema: JSON.stringify(schema) };
}

function toTag(begin: string, content: Grammar, end: string): TagGrammar {
  return { type: "tag", begin, content, end };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
