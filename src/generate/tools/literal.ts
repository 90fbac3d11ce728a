import { type Reading, type Scanner, whitespace } from "./scanner.ts";

type Give = (text: string) => void;

const jsonSpace = /[ \t\r\n]/;
const wordCharacter = /[\w.+-]/;
const number = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const words: ReadonlyMap<string, string> = new Map([
  ["true", "true"],
  ["false", "false"],
  ["null", "null"],
  ["True", "true"],
  ["False", "false"],
  ["None", "null"],
]);
const closers: Record<string, string> = { "{": "}", "[": "]", "(": ")" };
const written: Record<string, string> = { "(": "[", ")": "]" };

/**
 * Takes one JSON or Python literal and gives its text on as JSON while it comes. What models write although JSON has it
 * not is repaired: control characters and stray backslashes in strings, single quotes, True, False and None, tuples,
 * numbers and words as keys, a comma at the end. False: it is none, or it ends too early; all that was taken was given.
 */
export function* readLiteral(scanner: Scanner, give: Give): Reading<boolean> {
  const open: string[] = [];
  for (;;) {
    give(yield* scanner.run(jsonSpace));
    const begin = yield* scanner.match("{", "[", "(");
    if (begin !== "") {
      give(written[begin] ?? begin);
      open.push(begin);
      give(yield* scanner.run(jsonSpace));
    } else if (!(yield* readScalar(scanner, give))) return false;
    const more = yield* readAfterValue(scanner, give, open, begin !== "");
    if (more !== "next") return more === "done";
  }
}

/** After a value (or an opening bracket): closes what ends here, and takes the comma and key before the next value. */
function* readAfterValue(
  scanner: Scanner,
  give: Give,
  open: string[],
  opened: boolean,
): Reading<"next" | "done" | "broken"> {
  let first = opened;
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const before = (yield* scanner.run(jsonSpace)) + (first ? "" : yield* scanner.match(","));
    const space = yield* scanner.run(jsonSpace);
    const close = yield* scanner.match(closers[top] ?? "");
    if (close === "") {
      give(before + space);
      if (!first && !before.endsWith(",")) return "broken";
      return top !== "{" || (yield* readKey(scanner, give)) ? "next" : "broken";
    }
    give(before.replace(",", "") + space + (written[close] ?? close));
    open.pop();
    first = false;
  }
  return "done";
}

function* readKey(scanner: Scanner, give: Give): Reading<boolean> {
  const quote = yield* scanner.peek();
  if (quote === '"' || quote === "'") {
    if (!(yield* readString(scanner, give))) return false;
  } else {
    const word = yield* scanner.run(wordCharacter);
    give(word === "" ? "" : `"${word}"`);
    if (word === "") return false;
  }
  give(yield* scanner.run(jsonSpace));
  const colon = yield* scanner.match(":");
  give(colon);
  return colon !== "";
}

function* readScalar(scanner: Scanner, give: Give): Reading<boolean> {
  const next = yield* scanner.peek();
  if (next === '"' || next === "'") return yield* readString(scanner, give);
  const word = yield* scanner.run(wordCharacter);
  give(words.get(word) ?? word);
  return words.has(word) || number.test(word);
}

/** Takes a string in single or double quotes and gives it on as a JSON string. */
export function* readString(scanner: Scanner, give: Give): Reading<boolean> {
  const quote = yield* scanner.take();
  if (quote !== '"' && quote !== "'") return false;
  give('"');
  for (let next = yield* scanner.take(); next !== quote; next = yield* scanner.take()) {
    if (next === "") return false;
    give(next === "\\" ? yield* readEscape(scanner) : escapeText(next));
  }
  give('"');
  return true;
}

/** What a string in quotes says; undefined if there is none, or only its beginning. */
export function* readQuoted(scanner: Scanner): Reading<string | undefined> {
  let json = "";
  const whole = yield* readString(scanner, (text) => {
    json += text;
  });
  return whole ? String(JSON.parse(json)) : undefined;
}

/** What goes between the quotes of a JSON string to mean this text. */
export function escapeText(text: string): string {
  let escaped = "";
  for (const char of text)
    escaped += char < " " || '"\\'.includes(char) ? JSON.stringify(char).slice(1, -1) : char;
  return escaped;
}

const hexLength: Record<string, number> = { x: 2, u: 4, U: 8 };

/** What follows a backslash, as JSON: the escapes of JSON and Python; any other backslash stands for itself. */
function* readEscape(scanner: Scanner): Reading<string> {
  const next = yield* scanner.take();
  if (next !== "" && '"\\/bfnrt'.includes(next)) return `\\${next}`;
  if (next === "'" || next === "") return next;
  const length = hexLength[next];
  if (length === undefined) return `\\\\${escapeText(next)}`;
  let digits = "";
  while (digits.length < length && /[0-9a-fA-F]/.test(yield* scanner.peek())) digits += yield* scanner.take();
  const code = digits.length === length ? Number.parseInt(digits, 16) : Number.NaN;
  if (next === "u" && code >= 0) return `\\u${digits}`;
  return code <= 0x10ffff ? escapeText(String.fromCodePoint(code)) : `\\\\${next}${digits}`;
}

/** Skips white space of any kind. */
export function* skipSpace(scanner: Scanner): Reading<void> {
  yield* scanner.run(whitespace);
}
