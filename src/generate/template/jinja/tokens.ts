import { fail } from "./failure.ts";
import { skipSpace } from "./white-space.ts";

export type Token =
  | { type: "name" | "operator"; text: string }
  | { type: "string"; text: string }
  | { type: "number"; text: string; value: bigint | number };

const space = /\s+/y;
const float = /\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?e[+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*)/iy;
const integer = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[0-9a-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const name = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy;
/** As Python has it. */
const maxDigits = 4300;
const operators = ["**", "//", "==", "!=", "<=", ">=", ..."+-*/%~[](){}<>=.:|,;"];
const pairs: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** The tokens from `from` up to `close` (`%}` or `}}`), and where the template goes on behind it. */
export function readTokens(
  source: string,
  from: number,
  close: "%}" | "}}",
): { tokens: Token[]; end: number } {
  const tokens: Token[] = [];
  const open: string[] = [];
  let at = from;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (found) at += found[0].length;
    return found?.[0] ?? null;
  };
  while (at < source.length) {
    if (open.length === 0) {
      const end = readClose(source, at, close);
      if (end !== null) return { tokens, end };
    }
    if (match(space) !== null) continue;
    const string = readString(source, at);
    const token = string?.token ?? readNumber(match, source[at - 1]) ?? readName(match);
    if (token) {
      if (string) at = string.end;
      tokens.push(token);
      continue;
    }
    const text = operators.find((operator) => source.startsWith(operator, at));
    if (text === undefined) return fail(`unexpected "${source.slice(at, at + 1)}"`);
    balance(open, text);
    tokens.push({ type: "operator", text });
    at += text.length;
  }
  return fail(`"${close}" is missing`);
}

/** Where a closing tag at `at` ends, with the white space that it cuts; null: there is none. */
function readClose(source: string, at: number, close: string): number | null {
  if (source.startsWith(close, at)) return close === "%}" && source[at + 2] === "\n" ? at + 3 : at + 2;
  if (!source.startsWith(close, at + 1)) return null;
  if (source[at] === "+" && close === "%}") return at + 3;
  return source[at] === "-" ? skipSpace(source, at + 3) : null;
}

function balance(open: string[], text: string): void {
  if ("([{".includes(text)) open.push(text);
  const opening = pairs[text];
  if (opening !== undefined && open.pop() !== opening) fail(`unexpected "${text}"`);
}

type Match = (pattern: RegExp) => string | null;

function readNumber(match: Match, before: string | undefined): Token | null {
  const text = before === "." ? null : match(float);
  if (text !== null) return { type: "number", text, value: Number(text.replaceAll("_", "")) };
  const whole = match(integer);
  if (whole !== null && whole.length > maxDigits) return fail("an int has too many digits");
  return whole === null
    ? null
    : { type: "number", text: whole, value: BigInt(whole.replaceAll("_", "").toLowerCase()) };
}

function readName(match: Match): Token | null {
  const text = match(name);
  return text === null ? null : { type: "name", text };
}

function readString(source: string, from: number): { token: Token; end: number } | null {
  const quote = source[from];
  if (quote !== '"' && quote !== "'") return null;
  let end = from + 1;
  while (end < source.length && source[end] !== quote) end += source[end] === "\\" ? 2 : 1;
  if (end >= source.length) return fail("a string is not closed");
  return { token: { type: "string", text: unescapeText(source.slice(from + 1, end)) }, end: end + 1 };
}

const escapes: Record<string, string> = {
  ...{ n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", v: "\v", a: "\x07" },
  ...{ "\\": "\\", "'": "'", '"': '"', "\n": "" },
};
const escapeSequence = /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3}|[\s\S])/g;

/** As in Python's literals; what is no escape stays as it is. */
function unescapeText(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(escapeSequence, (whole: string, body: string) => {
    if (/^[0-7]/.test(body)) return String.fromCharCode(Number.parseInt(body, 8));
    if (body.length > 1) return String.fromCodePoint(Number.parseInt(body.slice(1), 16));
    if (body === "x" || body === "u" || body === "U") return fail(`"${whole}" is no whole escape`);
    return escapes[body] ?? whole;
  });
}
