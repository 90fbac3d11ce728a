import { escapeText, readString, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";

type Give = (text: string) => void;

const quotes = ['<|"|>', "<escape>"];
const closers: Record<string, string> = { "{": "}", "(": ")", "[": "]" };
const bareEnds = [",", "}", "]", ")", "<tool_call|>", "<end_function_call>"];
const json = /^(-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|true|false|null)$/;

/**
 * Takes `{key:<|"|>text<|"|>,list:[1,true]}` and gives it on as JSON while it comes. Models also write `(key=…)`, JSON's
 * or Python's quotes, and text in none: that counts. False: it is none, or ends too early; all that was taken was given.
 */
export function* readObject(scanner: Scanner, give: Give): Reading<boolean> {
  const close = closers[yield* scanner.match("{", "(")];
  if (close === undefined) return false;
  give("{");
  const whole = yield* readMembers(scanner, give, close, readMember);
  if (whole) give("}");
  return whole;
}

function* readArray(scanner: Scanner, give: Give): Reading<boolean> {
  yield* scanner.take();
  give("[");
  const whole = yield* readMembers(scanner, give, "]", readValue);
  if (whole) give("]");
  return whole;
}

function* readMembers(
  scanner: Scanner,
  give: Give,
  close: string,
  readOne: (scanner: Scanner, give: Give) => Reading<boolean>,
): Reading<boolean> {
  for (let before = ""; ; before = ",") {
    yield* skipSpace(scanner);
    if ((yield* scanner.match(close)) !== "") return true;
    give(before);
    if (!(yield* readOne(scanner, give))) return false;
    yield* skipSpace(scanner);
    if ((yield* scanner.match(",")) === "") return (yield* scanner.match(close)) !== "";
  }
}

function* readMember(scanner: Scanner, give: Give): Reading<boolean> {
  const quoted = yield* readText(scanner, give);
  const bare = quoted === undefined ? yield* scanner.run(/[^\s:=,(){}[\]<>"']/) : "";
  if (bare !== "") give(`"${bare}"`);
  else if (quoted !== true) return false;
  yield* skipSpace(scanner);
  if ((yield* scanner.match(":", "=")) === "") return false;
  give(":");
  return yield* readValue(scanner, give);
}

function* readValue(scanner: Scanner, give: Give): Reading<boolean> {
  yield* skipSpace(scanner);
  const next = yield* scanner.peek();
  if (next === "{") return yield* readObject(scanner, give);
  if (next === "[") return yield* readArray(scanner, give);
  const quoted = yield* readText(scanner, give);
  if (quoted !== undefined) return quoted;
  let bare = "";
  yield* readUntil(scanner, bareEnds, (text) => {
    bare += text;
  });
  bare = bare.trim();
  if (bare !== "") give(json.test(bare) ? bare : `"${escapeText(bare)}"`);
  return bare !== "";
}

/** Takes a text in quotes of any kind. Undefined: there is none here. False: it does not end. */
function* readText(scanner: Scanner, give: Give): Reading<boolean | undefined> {
  const next = yield* scanner.peek();
  if (next === '"' || next === "'") return yield* readString(scanner, give);
  const quote = yield* scanner.match(...quotes);
  if (quote === "") return undefined;
  give('"');
  yield* readUntil(scanner, [quote], (text) => give(escapeText(text)));
  if ((yield* scanner.match(quote)) === "") return false;
  give('"');
  return true;
}
