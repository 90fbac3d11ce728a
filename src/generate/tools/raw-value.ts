import { readLiteral } from "./literal.ts";
import { createScanner } from "./scanner.ts";
import { type SchemaTypes, typeOf } from "./schema-types.ts";

/**
 * The JSON of a value that a model wrote as raw text: what it reads as, if a schema's types allow that, else a string of
 * this text.
 */
export function toJsonValue(raw: string, types: SchemaTypes): string {
  const json = toJson(raw.trim());
  return json !== undefined && isOneOf(JSON.parse(json), types) ? json : JSON.stringify(raw);
}

/** The JSON of a JSON or Python literal; undefined if it is none. */
function toJson(text: string): string | undefined {
  const scanner = createScanner();
  scanner.feed(text);
  scanner.close();
  let json = "";
  const { value: whole } = readLiteral(scanner, (piece) => {
    json += piece;
  }).next();
  return whole === true && scanner.skim("") === "" ? json : undefined;
}

function isOneOf(value: unknown, types: SchemaTypes): boolean {
  if (types === "any") return true;
  const type = typeOf(value);
  return types.has(type) || (type === "integer" && types.has("number"));
}
