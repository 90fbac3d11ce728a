import {
  type CodePoints,
  complement,
  digits,
  only,
  spaces,
  union,
  wordChars,
} from "../automata/code-points.ts";
import { unicodeProperty } from "../automata/unicode.ts";
import type { RegexReader } from "./reader.ts";

/** To find all characters of a property takes some 5 ms. */
const PROPERTY_STEPS = 10_000;

const sets = new Map<string, CodePoints>([
  ["d", digits],
  ["D", complement(digits)],
  ["w", wordChars],
  ["W", complement(wordChars)],
  ["s", spaces],
  ["S", complement(spaces)],
]);

const controls: Record<string, string> = { n: "\n", r: "\r", t: "\t", f: "\f", v: "\v", "0": "\0" };

/** What stands after a `[`, up to and with its `]`. */
export function readClass(reader: RegexReader): CodePoints {
  const start = reader.position - 1;
  const isNegated = reader.take("^");
  const parts: CodePoints[] = [];
  while (!reader.take("]")) {
    if (reader.peek() === "") throw reader.broken("the [ has no ]", start);
    parts.push(readRange(reader));
  }
  return isNegated ? complement(union(...parts)) : union(...parts);
}

function readRange(reader: RegexReader): CodePoints {
  const start = reader.position;
  const first = readMember(reader);
  if (reader.peek() !== "-" || reader.peek(1) === "]" || reader.peek(1) === "") return first;
  reader.take("-");
  const last = readMember(reader);
  const [from, to] = [single(first), single(last)];
  if (from === null || to === null) {
    // Without the flag `u` the hyphen of `[\w-.]` means itself.
    if (reader.widen) return union(first, only("-"), last);
    throw reader.broken("a range runs from one character to another", start);
  }
  if (from > to) throw reader.broken("the range ends before it starts", start);
  return union(complement(complement([[from, to]])));
}

function single(set: CodePoints): number | null {
  const [range, ...others] = set;
  return range && others.length === 0 && range[0] === range[1] ? range[0] : null;
}

function readMember(reader: RegexReader): CodePoints {
  const char = reader.next();
  if (char !== "\\") return only(char);
  if (reader.take("b")) return only("\b");
  return reader.take("-") ? only("-") : readEscape(reader);
}

/** What stands after a `\`. */
export function readEscape(reader: RegexReader): CodePoints {
  const start = reader.position - 1;
  const char = reader.next();
  const set = sets.get(char);
  if (set) return set;
  if (char === "0" && /[0-9]/.test(reader.peek())) throw reader.refused("an octal escape", start);
  const control = Object.hasOwn(controls, char) ? controls[char] : undefined;
  if (control !== undefined) return only(control);
  if (char === "x") return fromHex(reader, reader.match(/[0-9a-fA-F]{2}/y), start);
  if (char === "u") return readUnicode(reader, start);
  if (char === "c") return only(String.fromCharCode(reader.match(/[a-zA-Z]/y).charCodeAt(0) % 32));
  if (char === "b" || char === "B") throw reader.refused("a word boundary", start);
  if (char === "p" || char === "P") return readProperty(reader, char === "P", start);
  if (/[1-9k]/.test(char)) throw reader.refused("a backreference", start);
  if (/[A-Za-z]/.test(char)) throw reader.refused(`the escape \\${char}`, start);
  if (char === "") throw reader.broken("it ends with a \\", start);
  return only(char);
}

/** `\p{L}`, `\p{Script=Greek}`; `\P{…}` for all others. */
function readProperty(reader: RegexReader, isNegated: boolean, start: number): CodePoints {
  const name = reader.match(/\{[A-Za-z_0-9=]{1,38}\}/y).slice(1, -1);
  reader.budget.spendOnce(`\\p{${name}}`, PROPERTY_STEPS);
  const set = unicodeProperty(name);
  if (set === null) throw reader.broken(`there is no Unicode property "${name}"`, start);
  return isNegated ? complement(set) : set;
}

function readUnicode(reader: RegexReader, start: number): CodePoints {
  if (reader.take("{")) {
    const code = reader.match(/[0-9a-fA-F]{1,6}/y);
    if (!reader.take("}")) throw reader.broken("\\u{ has no }", start);
    return fromHex(reader, code, start);
  }
  const high = Number.parseInt(reader.match(/[0-9a-fA-F]{4}/y), 16);
  const low = reader.match(/\\u[dD][c-fC-F][0-9a-fA-F]{2}|/y);
  if (high < 0xd800 || high > 0xdbff || low === "") return fromHex(reader, high.toString(16), start);
  return only(String.fromCharCode(high, Number.parseInt(low.slice(2), 16)));
}

function fromHex(reader: RegexReader, hex: string, start: number): CodePoints {
  const code = Number.parseInt(hex, 16);
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
    throw reader.broken("that is no Unicode character", start);
  }
  return only(String.fromCodePoint(code));
}
