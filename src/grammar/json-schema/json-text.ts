import { anyCodePoint, type CodePoints, members, minus, only, union } from "../automata/code-points.ts";
import { all, any, chars, type Expression, text } from "../automata/expression.ts";
import { anyEscape } from "./rules.ts";

const controls: CodePoints = [[0, 0x1f]];
const mustEscape = union(controls, only('"\\'));
/** Characters that JSON escapes shortly (RFC 8259, 7). */
const shortEscapes = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["\b", "b"],
  ["\f", "f"],
  ["\n", "n"],
  ["\r", "r"],
  ["\t", "t"],
]);

/**
 * The characters of a JSON string that mean one code point of the set. Where that is any, they may be escaped as RFC 8259
 * allows; else each is written in one way only.
 */
function jsonChar(set: CodePoints): Expression {
  if (isAny(set)) return any(chars(minus(set, mustEscape)), all(text("\\"), anyEscape));
  const plain = minus(set, mustEscape);
  const escaped = members(minus(set, minus(anyCodePoint, mustEscape))).map((code) =>
    String.fromCodePoint(code),
  );
  const short = escaped.flatMap((char) => shortEscapes.get(char) ?? []).join("");
  const long = escaped.filter((char) => !shortEscapes.has(char)).map(toLongEscape);
  const written = [chars(plain), ...(short === "" ? [] : [all(text("\\"), chars(only(short)))])];
  // Nobody means these where there is a choice, and each costs the engine at every token.
  return any(...written, ...(plain.length === 0 ? long.map(text) : []));
}

function isAny(set: CodePoints): boolean {
  return JSON.stringify(set) === JSON.stringify(anyCodePoint);
}

/** A JSON string of what the expression says of the string's value. */
export function jsonString(content: Expression): Expression {
  return all(text('"'), toJson(content), text('"'));
}

function toJson(expression: Expression): Expression {
  switch (expression.kind) {
    case "text":
      return text(JSON.stringify(expression.text).slice(1, -1));
    case "chars":
      return jsonChar(expression.set);
    case "all":
      return all(...expression.items.map(toJson));
    case "any":
      return any(...expression.items.map(toJson));
    case "repeat":
      return { ...expression, item: toJson(expression.item) };
    case "rule":
      return expression;
  }
}

function toLongEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
