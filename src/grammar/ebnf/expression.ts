import { type CodePoints, complement, only, union } from "../automata/code-points.ts";
import {
  all,
  any,
  chars,
  type Expression,
  nothing,
  optional,
  repeat,
  rule,
  text,
} from "../automata/expression.ts";
import type { EbnfReader } from "./reader.ts";

const MAX_DEPTH = 64;
const MAX_REPEAT = 1600;
const macros = ["TagDispatch", "Token", "ExcludeToken", "TokenTagDispatch", "Regex"];
const escapes: Record<string, string> = {
  n: "\n",
  r: "\r",
  t: "\t",
  f: "\f",
  v: "\v",
  b: "\b",
  a: "\x07",
  e: "\x1b",
  "0": "\0",
};

export function readExpression(reader: EbnfReader, depth: number): Expression {
  if (depth > MAX_DEPTH) throw reader.refused(`nesting deeper than ${MAX_DEPTH}`, reader.position);
  const choices = [readSequence(reader, depth)];
  while (reader.take("|")) choices.push(readSequence(reader, depth));
  return any(...choices);
}

function readSequence(reader: EbnfReader, depth: number): Expression {
  reader.skipSpace();
  const items: Expression[] = [];
  const start = reader.position;
  while (!reader.isAtEnd() && !["|", ")"].includes(reader.peek()) && !reader.isAtRule()) {
    items.push(readQuantified(reader, readElement(reader, depth)));
    reader.skipSpace();
  }
  if (items.length === 0) throw reader.broken('a choice is empty: write "" for no text', start);
  if (depth === 0 && reader.peek() === ")") throw reader.broken("the ) has no (", reader.position);
  return all(...items);
}

function readElement(reader: EbnfReader, depth: number): Expression {
  const start = reader.position;
  if (reader.take('"')) return readText(reader, start);
  if (reader.take("[")) return readClass(reader, start);
  if (reader.take("(")) return readGroup(reader, depth, start);
  if (!/[A-Za-z_]/.test(reader.peek())) {
    throw reader.broken(`${JSON.stringify(reader.peek())} is not expected`, start);
  }
  const name = reader.name();
  if (macros.includes(name) && reader.peek() === "(") throw reader.refused(`the macro ${name}`, start);
  reader.uses.push({ name, position: start });
  return rule(`rule-${name}`);
}

function readGroup(reader: EbnfReader, depth: number, start: number): Expression {
  if (reader.take("=")) throw reader.refused("looking ahead", start);
  reader.skipSpace();
  if (reader.take(")")) return nothing;
  const inner = readExpression(reader, depth + 1);
  if (!reader.take(")")) throw reader.broken("the ( has no )", start);
  return inner;
}

function readQuantified(reader: EbnfReader, item: Expression): Expression {
  reader.skipSpace();
  if (reader.take("*")) return repeat(item, 0);
  if (reader.take("+")) return repeat(item, 1);
  if (reader.take("?")) return optional(item);
  const start = reader.position;
  if (!reader.take("{")) return item;
  const [, least = "", comma, most = ""] =
    /^\s*(\d+)\s*(,?)\s*(\d*)\s*\}$/.exec(reader.match(/[\d\s,]{1,40}\}/y) ?? "") ?? [];
  if (least === "") throw reader.broken("a count is {2}, {2,} or {2,5}", start);
  const min = Number(least);
  const max = !comma ? min : most === "" ? Number.POSITIVE_INFINITY : Number(most);
  if (max < min) throw reader.broken("the count's end is below its start", start);
  if ([min, max].some((count) => count > MAX_REPEAT && count !== Number.POSITIVE_INFINITY)) {
    throw reader.refused(`a count over ${MAX_REPEAT}`, start);
  }
  return repeat(item, min, max);
}

function readText(reader: EbnfReader, start: number): Expression {
  let value = "";
  while (!reader.take('"')) {
    if (/^[\r\n]?$/.test(reader.peek()))
      throw reader.broken("the text has no closing quote on its line", start);
    value += readChar(reader);
  }
  return text(value);
}

function readClass(reader: EbnfReader, start: number): Expression {
  const isNegated = reader.take("^");
  const parts: CodePoints[] = [];
  while (!reader.take("]")) {
    if (/^[\r\n]?$/.test(reader.peek())) throw reader.broken("the [ has no ] on its line", start);
    parts.push(readRange(reader));
  }
  if (parts.length === 0) throw reader.broken("the class is empty", start);
  return chars(isNegated ? complement(union(...parts)) : union(...parts));
}

function readRange(reader: EbnfReader): CodePoints {
  const start = reader.position;
  const first = readChar(reader);
  const dash = reader.position;
  if (!reader.take("-")) return only(first);
  if (reader.peek() === "]") {
    reader.position = dash;
    return only(first);
  }
  const [from = 0, to = 0] = [first, readChar(reader)].map((char) => char.codePointAt(0));
  if (from > to) throw reader.broken("the range ends before it begins", start);
  return complement(complement([[from, to]]));
}

/** One character, plain or escaped as XGrammar's EBNF does it. */
function readChar(reader: EbnfReader): string {
  const start = reader.position;
  const char = reader.next();
  if (char !== "\\") return char;
  const kind = reader.next();
  const digits = { x: /[0-9a-fA-F]{2}/y, u: /[0-9a-fA-F]{4}/y, U: /[0-9a-fA-F]{8}/y }[kind];
  if (digits) return fromHex(reader, reader.match(digits), start);
  const control = Object.hasOwn(escapes, kind) ? escapes[kind] : undefined;
  if (control !== undefined) return control;
  if (/^[\w\s]?$/.test(kind)) throw reader.broken(`the escape \\${kind} is not known`, start);
  return kind;
}

function fromHex(reader: EbnfReader, hex: string | null, start: number): string {
  const code = hex === null ? Number.NaN : Number.parseInt(hex, 16);
  if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff)) {
    throw reader.broken("that is no Unicode character", start);
  }
  return String.fromCodePoint(code);
}
