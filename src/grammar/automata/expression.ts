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

export function repeat(item: Expression, min: number, max = Number.POSITIVE_INFINITY): Expression {
  if (max < min) return never;
  if (max === 0) return nothing;
  return min === 1 && max === 1 ? item : { kind: "repeat", item, min, max };
}

export function optional(item: Expression): Expression {
  return repeat(item, 0, 1);
}

export function rule(name: string): Expression {
  return { kind: "rule", name };
}

/** The fewest and the most code points that a text of a regex has; regexes have no rules. */
export function lengths(expression: Expression): [min: number, max: number] {
  switch (expression.kind) {
    case "text": {
      const length = Array.from(expression.text).length;
      return [length, length];
    }
    case "chars":
      return [1, 1];
    case "all": {
      const each = expression.items.map(lengths);
      return [each.reduce((sum, [min]) => sum + min, 0), each.reduce((sum, [, max]) => sum + max, 0)];
    }
    case "any": {
      const each = expression.items.map(lengths);
      return [Math.min(...each.map(([min]) => min)), Math.max(...each.map(([, max]) => max))];
    }
    case "repeat": {
      const [min, max] = lengths(expression.item);
      return [min * expression.min, max === 0 ? 0 : max * expression.max];
    }
    case "rule":
      return [0, Number.POSITIVE_INFINITY];
  }
}
