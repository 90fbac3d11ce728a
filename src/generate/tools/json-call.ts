import { readLiteral, readQuoted, readString, skipSpace } from "./literal.ts";
import { type Reading, readUntil, type Scanner } from "./scanner.ts";
import type { Output } from "./stream-parser.ts";

interface Call {
  name?: string;
  /** The arguments' text, while they wait for the name. */
  held: string;
  arguments: "none" | "whole" | "broken";
}

/**
 * Reads `{"name": …, "arguments": {…}}` (`parameters` is the same), its keys in any order, others among them. Arguments
 * that are a string holding an object are unwrapped; without any they are `{}`. From where a call's arguments break, all
 * up to `end` goes out as they are; a missing last brace, or one too many, does no harm.
 * False: no call of one of these names. Then nothing was given out.
 */
export function* readJsonCall(
  scanner: Scanner,
  out: Output,
  names: ReadonlySet<string>,
  end: string,
): Reading<boolean> {
  const call: Call = { held: "", arguments: "none" };
  yield* skipSpace(scanner);
  if ((yield* scanner.match("{")) === "") return false;
  do yield* skipSpace(scanner);
  while ((yield* readEntry(scanner, out, names, call)) && (yield* scanner.match(",")) !== "");
  if (call.name === undefined) return false;
  if (call.arguments === "broken") yield* readUntil(scanner, [end], out.arguments);
  const closed = (yield* scanner.run(/[}\s]/)).includes("}");
  if (closed && call.arguments === "none") out.arguments("{}");
  return true;
}

/** One key and its value, and the white space after it. False: it broke. */
function* readEntry(scanner: Scanner, out: Output, names: ReadonlySet<string>, call: Call): Reading<boolean> {
  const key = yield* readQuoted(scanner);
  yield* skipSpace(scanner);
  if (key === undefined || (yield* scanner.match(":")) === "") return false;
  yield* skipSpace(scanner);
  const whole = yield* readValue(key);
  yield* skipSpace(scanner);
  return whole;

  function* readValue(key: string): Reading<boolean> {
    if (key === "name" && call.name === undefined) return yield* readName(scanner, out, names, call);
    if ((key !== "arguments" && key !== "parameters") || call.arguments !== "none") {
      return yield* readLiteral(scanner, () => {});
    }
    const read = yield* readArguments(scanner, (text) => {
      if (call.name === undefined) {
        call.held += text;
        return;
      }
      out.arguments(text);
      scanner.forget();
    });
    call.arguments = read ? "whole" : "broken";
    return read;
  }
}

function* readName(scanner: Scanner, out: Output, names: ReadonlySet<string>, call: Call): Reading<boolean> {
  const name = yield* readQuoted(scanner);
  if (name === undefined || !names.has(name)) return false;
  call.name = name;
  out.call(name);
  out.arguments(call.held);
  return true;
}

/** An object, or a string that holds one, or nothing (null, ""), which is an empty one. */
function* readArguments(scanner: Scanner, give: (text: string) => void): Reading<boolean> {
  if ((yield* scanner.match("null", '""')) !== "") {
    give("{}");
    return true;
  }
  const begin = scanner.mark();
  const quote = yield* scanner.match('"');
  yield* skipSpace(scanner);
  const brace = yield* scanner.peek();
  scanner.reset(begin);
  if (brace !== "{") return false;
  return yield* quote === "" ? readLiteral(scanner, give) : readString(scanner, unwrap(give));
}

/** Hands on what the units of a JSON string mean, without its quotes. */
function unwrap(give: (text: string) => void): (json: string) => void {
  return (json) => {
    if (json !== '"') give(String(JSON.parse(`"${json}"`)));
  };
}
