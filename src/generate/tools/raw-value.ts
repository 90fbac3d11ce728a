import { escapeText, readLiteral } from "./literal.ts";
import { createScanner, type Reading, readUntil, type Scanner, whitespace } from "./scanner.ts";
import { type SchemaTypes, typeOf } from "./schema-types.ts";

/**
 * Gives on as JSON a value that is written without quotes, which `read` takes; it returns whether the value came to its end. Text goes out as
 * it comes, any other value when it is whole: only then it is clear what it is.
 */
export function* readRawValue(
  scanner: Scanner,
  give: (json: string) => void,
  { types, read }: { types: SchemaTypes; read: (give: (text: string) => void) => Reading<boolean> },
): Reading<void> {
  if (types !== "any" && types.size === 1 && types.has("string")) {
    give('"');
    const whole = yield* read((text) => {
      give(escapeText(text));
      scanner.forget();
    });
    if (whole) give('"');
    return;
  }
  let raw = "";
  const whole = yield* read((text) => {
    raw += text;
    scanner.forget();
  });
  give(whole ? toJsonValue(raw, types) : raw);
}

/**
 * Takes raw text and the tag that ends it. A tag behind which neither one of the `followers` nor the end of the text comes
 * is part of the text. False: the text ended before.
 */
export function* readUntilTag(
  scanner: Scanner,
  give: (text: string) => void,
  { tag, followers }: { tag: string; followers: readonly string[] },
): Reading<boolean> {
  for (;;) {
    yield* readUntil(scanner, [tag], give);
    const begin = scanner.mark();
    if ((yield* scanner.match(tag)) === "") return false;
    const after = scanner.mark();
    yield* scanner.run(whitespace);
    const ends = (yield* scanner.match(...followers)) !== "" || (yield* scanner.peek()) === "";
    scanner.reset(ends ? after : begin);
    if (ends) return true;
    give(yield* scanner.match(tag));
  }
}

/**
 * The JSON of a value that a model wrote as raw text: what it reads as, if a schema's types allow that, else a string of
 * this text.
 */
function toJsonValue(raw: string, types: SchemaTypes): string {
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
