import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import { toOptional, toUnion } from "./call-grammar.ts";
import { toValueGrammar } from "./schema-types.ts";

type Schema = Record<string, unknown>;

/** What a schema may say to be written in Gemma's way; a value of any other is written as JSON, which the models know. */
const plain: Record<string, readonly string[]> = {
  string: [],
  object: ["properties", "required", "additionalProperties"],
  array: ["items"],
};
const notes = ["type", "title", "description", "default", "examples", "$defs", "$schema", "$id", "$comment"];

/** The arguments of a call with their braces: `{key:value,…}` in any kind of value that Gemma writes. */
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
  if (isPlain && schema.type === "object" && isSchema(schema.properties) && !isWide(schema)) {
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

/** The required keys first: then each text has one way through, where optional first keys need a branch for each. */
function toObject(properties: Schema, required: unknown, quote: string): Grammar {
  const wanted: unknown[] = Array.isArray(required) ? required : [];
  const names = Object.keys(properties).sort();
  const first = names.filter((name) => wanted.includes(name));
  const keys = [...first, ...names.filter((name) => !wanted.includes(name))];
  const members = keys.map((key) => toMember(key, properties[key], quote));
  const whole = members.slice(0, first.length > 0 ? 1 : undefined).map((member, at): Grammar => {
    const others = members.slice(at + 1).map((other, index) => {
      const next: Grammar = { type: "concat", elements: [{ type: "const", text: "," }, other] };
      return at + 1 + index < first.length ? next : toOptional(next);
    });
    return toTag("{", others.length === 0 ? member : { type: "concat", elements: [member, ...others] }, "}");
  });
  return toUnion(first.length > 0 ? whole : [...whole, { type: "const", text: "{}" }]);
}

/** Too many optional keys and no required one: as JSON it costs less. */
function isWide({ properties, required }: Schema): boolean {
  const none = !Array.isArray(required) || required.length === 0;
  return none && isSchema(properties) && Object.keys(properties).length > 6;
}

function toMember(key: string, schema: unknown, quote: string): Grammar {
  const name = /^[\w.$-]+$/.test(key) ? key : JSON.stringify(key);
  return { type: "concat", elements: [{ type: "const", text: `${name}:` }, toValue(schema, quote)] };
}

/** What is written so refers to nothing outside itself. */
function toJson(schema: unknown): Grammar {
  return toValueGrammar(schema, {});
}

function toTag(begin: string, content: Grammar, end: string): TagGrammar {
  return { type: "tag", begin, content, end };
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
