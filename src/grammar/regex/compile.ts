import { anyCodePoint, complement, lineEnds } from "../automata/code-points.ts";
import { all, any, chars, type Expression, lengths, optional, repeat } from "../automata/expression.ts";
import { matchesWhole } from "../automata/match.ts";
import { malformed } from "../faults.ts";
import { readClass, readEscape } from "./class.ts";
import { RegexReader } from "./reader.ts";

const MAX_LENGTH = 4096;
const MAX_DEPTH = 32;
const MAX_REPEAT = 1600;
const MAX_OPTIONAL = 32;

interface Alternative {
  body: Expression;
  isStartAnchored: boolean;
  isEndAnchored: boolean;
}

/**
 * A regular expression as JavaScript reads it with the flag `u` (ECMA-262, 22.2; JSON Schema names the same dialect),
 * without what is no regular language. Lazy and greedy, capturing or not is the same language.
 */
export class Regex {
  readonly pattern: string;
  private readonly alternatives: readonly Alternative[];

  constructor(pattern: string, param: string) {
    this.pattern = pattern;
    if (/\p{Surrogate}/u.test(pattern)) throw malformed(param, "is not valid Unicode text.");
    if (pattern.length > MAX_LENGTH) throw malformed(param, `is longer than ${MAX_LENGTH} characters.`);
    const reader = new RegexReader(pattern, param);
    this.alternatives = readAlternatives(reader);
    const longest = Math.max(...this.alternatives.map(({ body }) => lengths(body)[0]));
    if (longest > 4 * MAX_REPEAT) throw malformed(param, `asks for ${longest} characters at least.`);
  }

  /** The texts that match from their first to their last character. */
  whole(): Expression {
    return any(...this.alternatives.map(({ body }) => body));
  }

  /** The texts in which it matches somewhere, which is what `pattern` of JSON Schema means. */
  somewhere(): Expression {
    const rest = repeat(chars(anyCodePoint), 0);
    const side = (isAnchored: boolean) => (isAnchored ? [] : [rest]);
    return any(
      ...this.alternatives.map(({ body, isStartAnchored, isEndAnchored }) =>
        all(...side(isStartAnchored), body, ...side(isEndAnchored)),
      ),
    );
  }

  /** Not by JavaScript's own matcher, which a pattern can keep busy for years. */
  test(value: string): boolean {
    return matchesWhole(this.somewhere(), value);
  }
}

function readAlternatives(reader: RegexReader): Alternative[] {
  const alternatives = [readAlternative(reader)];
  while (reader.take("|")) alternatives.push(readAlternative(reader));
  if (reader.peek() === ")") throw reader.broken("the ) has no (", reader.position);
  return alternatives;
}

function readAlternative(reader: RegexReader): Alternative {
  const isStartAnchored = reader.take("^");
  const body = readSequence(reader, 0);
  return { body, isStartAnchored, isEndAnchored: reader.take("$") };
}

function readSequence(reader: RegexReader, depth: number): Expression {
  const items: Expression[] = [];
  while (!["", "|", ")"].includes(reader.peek())) {
    const after = reader.peek(1);
    if (depth === 0 && reader.peek() === "$" && (after === "" || after === "|")) break;
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
      return chars(readEscape(reader));
    case "^":
    case "$":
      throw reader.refused(`a ${char} that is not at the ${char === "^" ? "start" : "end"}`, start);
    case "*":
    case "+":
    case "?":
      throw reader.broken(`the ${char} has nothing to repeat`, start);
    case "{":
    case "}":
    case "]":
      throw reader.broken(`a ${char} that means itself is written \\${char}`, start);
    default: {
      const code = char.codePointAt(0) ?? 0;
      return chars([[code, code]]);
    }
  }
}

function readGroup(reader: RegexReader, depth: number): Expression {
  const start = reader.position - 1;
  if (depth > MAX_DEPTH) throw reader.refused(`nesting deeper than ${MAX_DEPTH} groups`, start);
  if (reader.take("?")) readGroupKind(reader, start);
  const items = [readSequence(reader, depth)];
  while (reader.take("|")) items.push(readSequence(reader, depth));
  if (!reader.take(")")) throw reader.broken("the ( has no )", start);
  return any(...items);
}

function readGroupKind(reader: RegexReader, start: number): void {
  if (reader.take(":")) return;
  if (reader.take("=") || reader.take("!")) throw reader.refused("looking ahead", start);
  if (reader.take("<=") || reader.take("<!")) throw reader.refused("looking behind", start);
  if (reader.take("<") || reader.take("P<")) {
    reader.match(/[A-Za-z_$][\w$]{0,38}/y);
    if (!reader.take(">")) throw reader.broken("the group's name has no >", start);
    return;
  }
  throw reader.refused("a group with flags", start);
}

function readQuantified(reader: RegexReader, item: Expression): Expression {
  const start = reader.position;
  const repeated = readQuantifier(reader, item);
  if (repeated === null) return item;
  reader.take("?");
  if (reader.peek() === "+") throw reader.refused("a possessive quantifier", start);
  if (/[*?{]/.test(reader.peek())) throw reader.broken("two quantifiers follow one another", start);
  return repeated;
}

function readQuantifier(reader: RegexReader, item: Expression): Expression | null {
  if (reader.take("*")) return repeat(item, 0);
  if (reader.take("+")) return repeat(item, 1);
  if (reader.take("?")) return optional(item);
  const start = reader.position;
  if (!reader.take("{")) return null;
  const [, least = "", comma, most = ""] = /^(\d+)(,?)(\d*)\}$/.exec(reader.match(/[\d,]{0,20}\}/y)) ?? [];
  if (least === "") throw reader.broken("a count is {2}, {2,} or {2,5}", start);
  const min = Number(least);
  const max = comma === "" ? min : most === "" ? Number.POSITIVE_INFINITY : Number(most);
  if (max < min) throw reader.broken("the count's end is below its start", start);
  if (min > MAX_REPEAT || (max > MAX_REPEAT && max !== Number.POSITIVE_INFINITY)) {
    throw reader.refused(`a count over ${MAX_REPEAT}`, start);
  }
  if (max > MAX_OPTIONAL && max !== Number.POSITIVE_INFINITY && lengths(item)[0] === 0) {
    throw reader.refused(`a count over ${MAX_OPTIONAL} of what may be empty`, start);
  }
  return repeat(item, min, max);
}
