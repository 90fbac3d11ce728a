/** What the grammar allows at a place: `next` is a comma or the bracket that closes, `after` the end of the text. */
export type Expected = "value" | "key" | "colon" | "next" | "after" | "character" | "escape";

/** The first place where a text stops being JSON (RFC 8259). */
export interface Fault {
  /** Its offset; the text's length if the text ends too early. */
  at: number;
  expected: Expected;
  /** The brackets that are open there, outermost first. */
  open: readonly string[];
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])/y;
const word = /(?:true|false|null)(?!\w)/y;
const escaped = /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y;

/** Where reading a string, number or word ended: after it, or at the fault. */
interface Read {
  at: number;
  expected: Expected | null;
}

/** The first fault of a text read as JSON; null: it has none. Takes any depth, in one pass. */
export function findFault(text: string): Fault | null {
  const open: string[] = [];
  let expected: Expected = "value";
  /** Right after an opening bracket. */
  let isFirst = false;
  for (let at = skipSpace(text, 0); ; at = skipSpace(text, at)) {
    if (at >= text.length) return expected === "after" ? null : { at, expected, open };
    const char = text.charAt(at);
    if ((isFirst || expected === "next") && char === closing[open.at(-1) ?? ""]) {
      open.pop();
      expected = open.length === 0 ? "after" : "next";
      isFirst = false;
      at += 1;
    } else if (expected === "value" && char in closing) {
      open.push(char);
      expected = char === "{" ? "key" : "value";
      isFirst = true;
      at += 1;
    } else {
      const read = readToken(text, at, expected);
      if (read.expected !== null) return { at: read.at, expected: read.expected, open };
      expected = follow(expected, open.at(-1));
      isFirst = false;
      at = read.at;
    }
  }
}

const closing: Record<string, string> = { "{": "}", "[": "]" };

/** What is expected after a whole token, within that bracket. */
function follow(expected: Expected, inner: string | undefined): Expected {
  if (expected === "key") return "colon";
  if (expected === "colon") return "value";
  if (expected === "next") return inner === "{" ? "key" : "value";
  return inner === undefined ? "after" : "next";
}

function readToken(text: string, at: number, expected: Expected): Read {
  const char = text.charAt(at);
  const isText = char === '"' && (expected === "key" || expected === "value");
  if (isText) return readString(text, at);
  if ((expected === "colon" && char === ":") || (expected === "next" && char === ",")) {
    return { at: at + 1, expected: null };
  }
  const end = expected === "value" ? (match(number, text, at) ?? match(word, text, at)) : null;
  return end === null ? { at, expected } : { at: end, expected: null };
}

function readString(text: string, start: number): Read {
  let at = start + 1;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { at: at + 1, expected: null };
    if (code < 0x20) break;
    if (code === 0x5c) {
      const end = match(escaped, text, at);
      if (end === null) return { at, expected: "escape" };
      at = end;
    } else {
      at += 1;
    }
  }
  return { at, expected: "character" };
}

/** The offset after the sticky pattern's match here; null: it does not match. */
function match(pattern: RegExp, text: string, at: number): number | null {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : null;
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at += 1;
  return at;
}
