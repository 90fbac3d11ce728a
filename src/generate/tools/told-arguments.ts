import { readLiteral, readQuoted, skipSpace } from "./literal.ts";
import { createScanner, type Reading, type Scanner } from "./scanner.ts";

/** The members of a JSON object by name, each value as its own text, so that no number loses a digit. null: it is none. */
export function toMembers(text: string): [name: string, json: string][] | null {
  const scanner = createScanner();
  scanner.feed(text.trim() || "{}");
  scanner.close();
  const { value } = readMembers(scanner).next();
  return value ?? null;
}

function* readMembers(scanner: Scanner): Reading<[string, string][] | null> {
  const members: [string, string][] = [];
  if ((yield* scanner.match("{")) === "") return null;
  yield* skipSpace(scanner);
  if ((yield* scanner.match("}")) !== "") return members;
  do {
    yield* skipSpace(scanner);
    const name = yield* readQuoted(scanner);
    yield* skipSpace(scanner);
    if (name === undefined || (yield* scanner.match(":")) === "") return null;
    yield* skipSpace(scanner);
    let json = "";
    const whole = yield* readLiteral(scanner, (piece) => {
      json += piece;
    });
    if (!whole) return null;
    members.push([name, json]);
    yield* skipSpace(scanner);
  } while ((yield* scanner.match(",")) !== "");
  return (yield* scanner.match("}")) === "" ? null : members;
}

/** The text of a JSON value in a format that writes text without quotes. */
export function toRawText(json: string): string {
  return json.startsWith('"') ? String(JSON.parse(json)) : json;
}
