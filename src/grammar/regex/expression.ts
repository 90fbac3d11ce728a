import { complement, lineEnds, only } from "../automata/code-points.ts";
import { all, any, chars, type Expression, nothing, optional, repeat } from "../automata/expression.ts";
import { lengths } from "../automata/measure.ts";
import { readClass, readEscape } from "./class.ts";
import type { RegexReader } from "./reader.ts";

const MAX_DEPTH = 32;
const MAX_REPEAT = 1600;
/** Of what may be empty: the engine tries every way to part a text. */
const MAX_OPTIONAL = 32;
/** Groups around a whole pattern in which anchors are still read as such. */
const MAX_OUTER = 4;

/** One of the ways that a pattern as a whole may match. */
export interface Alternative {
  body: Expression;
  isStartAnchored: boolean;
  isEndAnchored: boolean;
}

/** Up to a `)` or the end; `depth` counts groups around all of it. */
export function readAlternatives(reader: RegexReader, depth: number): Alternative[] {
  const alternatives = readAlternative(reader, depth);
  while (reader.take("|")) alternatives.push(...readAlternative(reader, depth));
  return alternatives;
}

function readAlternative(reader: RegexReader, depth: number): Alternative[] {
  const isStartAnchored = reader.take("^");
  const [start, captured] = [reader.position, reader.groups.length];
  const inner = depth < MAX_OUTER && reader.take("(") ? readOuterGroup(reader, depth) : null;
  const isEndAnchored = inner !== null && reader.take("$");
  if (inner && isAtEnd(reader)) {
    return inner.map((one) => ({
      ...one,
      isStartAnchored: one.isStartAnchored || isStartAnchored,
      isEndAnchored: one.isEndAnchored || isEndAnchored,
    }));
  }
  reader.position = start;
  reader.groups.length = captured;
  return [{ body: readSequence(reader, 0), isStartAnchored, isEndAnchored: reader.take("$") }];
}

/** Its alternatives, if the group is all that there is; else null, and it is read again as a part. */
function readOuterGroup(reader: RegexReader, depth: number): Alternative[] | null {
  const start = reader.position;
  if (reader.take("?") && !reader.take(":")) return null;
  if (reader.position === start) reader.groups.push({ name: "", content: nothing });
  const index = reader.groups.length - 1;
  const alternatives = readAlternatives(reader, depth + 1);
  const group = reader.groups[index];
  if (group && reader.position > start) group.content = any(...alternatives.map(({ body }) => body));
  return reader.take(")") ? alternatives : null;
}

function isAtEnd(reader: RegexReader): boolean {
  return ["", "|", ")"].includes(reader.peek());
}

function readSequence(reader: RegexReader, depth: number): Expression {
  const items: Expression[] = [];
  while (!["", "|", ")"].includes(reader.peek())) {
    const after = reader.peek(1);
    if (depth === 0 && reader.peek() === "$" && ["", "|", ")"].includes(after)) break;
    items.push(readQuantified(reader, readAtom(reader, depth)));
  }
  return all(...items);
}

function readAtom(reader: RegexReader, depth: number): Expression {
  const start = reader.position;
  const char = reader.next();
  switch (char) {
    case "(":
      return readGroup(reader, depth + 1);
    case "[":
      return chars(readClass(reader));
    case ".":
      return chars(complement(lineEnds));
    case "\\":
      return readAssertion(reader, start) ?? chars(readEscape(reader));
    case "^":
    case "$":
      reader.loosen(`a ${char} that is not at the ${char === "^" ? "start" : "end"}`, start);
      return nothing;
    case "*":
    case "+":
    case "?":
      throw reader.broken(`the ${char} has nothing to repeat`, start);
    case "{":
    case "}":
    case "]":
      // Without the flag `u` JavaScript takes it for itself.
      if (!reader.widen) throw reader.broken(`a ${char} that means itself is written \\${char}`, start);
      return chars(only(char));
    default:
      return chars(only(char));
  }
}

/** Word boundaries and backreferences, which are no sets of characters; null for all other escapes. */
function readAssertion(reader: RegexReader, start: number): Expression | null {
  if (/[bB]/.test(reader.peek())) {
    reader.next();
    reader.loosen("a word boundary", start);
    return nothing;
  }
  const isNumber = /[1-9]/.test(reader.peek());
  const name = isNumber ? reader.match(/\d{1,3}/y) : reader.take("k") ? reader.match(/<[\w$]{1,38}>/y) : "";
  if (name === "") return null;
  reader.loosen("a backreference", start);
  const group = isNumber
    ? reader.groups[Number(name) - 1]
    : reader.groups.find((one) => `<${one.name}>` === name);
  return optional(group?.content ?? nothing);
}

function readGroup(reader: RegexReader, depth: number): Expression {
  const start = reader.position - 1;
  if (depth > MAX_DEPTH) throw reader.refused(`nesting deeper than ${MAX_DEPTH} groups`, start);
  const kind = reader.take("?") ? readGroupKind(reader, start) : { name: "" };
  const group = { name: kind?.name ?? "", content: nothing };
  if (kind && kind.name !== null) reader.groups.push({ ...group });
  const own = reader.groups.length - 1;
  const items = [readSequence(reader, depth)];
  while (reader.take("|")) items.push(readSequence(reader, depth));
  if (!reader.take(")")) throw reader.broken("the ( has no )", start);
  const content = any(...items);
  const captured = reader.groups[own];
  if (kind && kind.name !== null && captured) captured.content = content;
  return kind === null ? nothing : content;
}

/** The group's name, "" without one and null where it captures nothing; null in all for a group that looks around. */
function readGroupKind(reader: RegexReader, start: number): { name: string | null } | null {
  if (reader.take(":")) return { name: null };
  const isAhead = reader.take("=") || reader.take("!");
  if (isAhead || reader.take("<=") || reader.take("<!")) {
    reader.loosen(isAhead ? "looking ahead" : "looking behind", start);
    return null;
  }
  if (reader.take("<") || reader.take("P<")) {
    const name = reader.match(/[A-Za-z_$][\w$]{0,38}/y);
    if (!reader.take(">")) throw reader.broken("the group's name has no >", start);
    return { name };
  }
  throw reader.refused("a group with flags", start);
}

function readQuantified(reader: RegexReader, item: Expression): Expression {
  const start = reader.position;
  const repeated = readQuantifier(reader, item);
  if (repeated === null) return item;
  reader.take("?");
  if (reader.peek() === "+") throw reader.refused("a possessive quantifier", start);
  if (/[*?]/.test(reader.peek()) || isCount(reader))
    throw reader.broken("two quantifiers follow one another", start);
  return repeated;
}

/** A `{` starts a count, or means itself where patterns without the flag `u` are read and it does not look like one. */
function isCount(reader: RegexReader): boolean {
  if (reader.peek() !== "{") return false;
  return reader.widen === undefined || /^\{\d+(,\d*)?\}/.test(reader.ahead(20));
}

function readQuantifier(reader: RegexReader, item: Expression): Expression | null {
  if (reader.take("*")) return repeat(item, 0);
  if (reader.take("+")) return repeat(item, 1);
  if (reader.take("?")) return optional(item);
  const start = reader.position;
  if (!isCount(reader)) return null;
  reader.take("{");
  const [, least = "", comma, most = ""] = /^(\d+)(,?)(\d*)\}$/.exec(reader.match(/[\d,]{0,20}\}/y)) ?? [];
  if (least === "") throw reader.broken("a count is {2}, {2,} or {2,5}", start);
  const min = Number(least);
  const max = comma === "" ? min : most === "" ? Number.POSITIVE_INFINITY : Number(most);
  if (max < min) throw reader.broken("the count's end is below its start", start);
  const isEndless = max === Number.POSITIVE_INFINITY;
  if (min > MAX_REPEAT || (max > MAX_REPEAT && !isEndless)) {
    reader.loosen(`a count over ${MAX_REPEAT}`, start);
    return repeat(item, Math.min(min, MAX_REPEAT));
  }
  if (max > MAX_OPTIONAL && !isEndless && lengths(item)[0] === 0) {
    reader.loosen(`a count over ${MAX_OPTIONAL} of what may be empty`, start);
    return repeat(item, 0);
  }
  return repeat(item, min, max);
}
