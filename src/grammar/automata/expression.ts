import type { CodePoints } from "./code-points.ts";

/** A language of texts. Regexes, schemas and grammars become these, and these become the engine's EBNF. */
export type Expression =
  | { kind: "text"; text: string }
  | { kind: "chars"; set: CodePoints }
  | { kind: "all"; items: readonly Expression[] }
  /** No item at all: no text belongs to it. */
  | { kind: "any"; items: readonly Expression[] }
  | { kind: "repeat"; item: Expression; min: number; max: number }
  | { kind: "rule"; name: string };

export type Rules = Map<string, Expression>;

export const never: Expression = { kind: "any", items: [] };
export const nothing: Expression = { kind: "text", text: "" };

export function text(value: string): Expression {
  return { kind: "text", text: value };
}

export function chars(set: CodePoints): Expression {
  return set.length === 0 ? never : { kind: "chars", set };
}

/** One after the other. */
export function all(...items: Expression[]): Expression {
  const flat = items.flatMap((item) => (item.kind === "all" ? item.items : [item]));
  const useful = flat.filter((item) => item.kind !== "text" || item.text !== "");
  const [first = nothing] = useful;
  return useful.length < 2 ? first : { kind: "all", items: useful };
}

/** One of them. */
export function any(...items: Expression[]): Expression {
  const flat = items.flatMap((item) => (item.kind === "any" ? item.items : [item]));
  const [first = never] = flat;
  return flat.length < 2 ? first : { kind: "any", items: flat };
}

/** Counts of counts are one count where that is the same, for the engine tries every way to part them. */
export function repeat(item: Expression, min: number, max = Number.POSITIVE_INFINITY): Expression {
  if (max < min) return never;
  if (max === 0) return nothing;
  if (item.kind === "repeat" && item.min < 2) return repeat(item.item, item.min * min, item.max * max);
  return min === 1 && max === 1 ? item : { kind: "repeat", item, min, max };
}

export function optional(item: Expression): Expression {
  return repeat(item, 0, 1);
}

export function rule(name: string): Expression {
  return { kind: "rule", name };
}

/** One of some texts, in which texts that begin alike part at the first character that differs. */
export function oneOfTexts(texts: readonly string[]): Expression {
  return branch(texts.map((value) => Array.from(value)));
}

function branch(texts: readonly (readonly string[])[]): Expression {
  const groups = new Map<string, (readonly string[])[]>();
  for (const value of texts) {
    const [first] = value;
    if (first === undefined) continue;
    const group = groups.get(first);
    if (group) group.push(value);
    else groups.set(first, [value]);
  }
  const ends = texts.some((value) => value.length === 0) ? [nothing] : [];
  return any(...ends, ...[...groups.values()].map(along));
}

function along(texts: readonly (readonly string[])[]): Expression {
  const [first = [], ...others] = texts;
  let shared = 1;
  while (shared < first.length && others.every((other) => other[shared] === first[shared])) shared += 1;
  return all(text(first.slice(0, shared).join("")), branch(texts.map((value) => value.slice(shared))));
}
