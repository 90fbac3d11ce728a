import type { Expression } from "./expression.ts";

/** Whether all of a text belongs to an expression without rules; the work grows with the text and no faster. */
export function matchesWhole(expression: Expression, value: string): boolean {
  const chars = Array.from(value);
  return ends(expression, chars, new Set([0])).has(chars.length);
}

/** Where texts that begin at the given positions may end. */
function ends(
  expression: Expression,
  chars: readonly string[],
  starts: ReadonlySet<number>,
): ReadonlySet<number> {
  switch (expression.kind) {
    case "chars":
      return forward(starts, (at) => {
        const code = chars[at]?.codePointAt(0) ?? -1;
        return expression.set.some(([first, last]) => first <= code && code <= last) ? at + 1 : null;
      });
    case "text": {
      const wanted = Array.from(expression.text);
      return forward(starts, (at) =>
        wanted.every((char, index) => chars[at + index] === char) ? at + wanted.length : null,
      );
    }
    case "all":
      return expression.items.reduce((from, item) => ends(item, chars, from), starts);
    case "any":
      return new Set(expression.items.flatMap((item) => [...ends(item, chars, starts)]));
    case "repeat":
      return repeated(expression, chars, starts);
    case "rule":
      return new Set();
  }
}

function forward(starts: ReadonlySet<number>, move: (at: number) => number | null): Set<number> {
  return new Set([...starts].flatMap((at) => move(at) ?? []));
}

function repeated(
  { item, min, max }: Extract<Expression, { kind: "repeat" }>,
  chars: readonly string[],
  starts: ReadonlySet<number>,
): ReadonlySet<number> {
  let current = starts;
  for (let count = 0; count < min && current.size > 0; count += 1) current = ends(item, chars, current);
  const reached = new Set(current);
  for (let count = min; count < max && current.size > 0; count += 1) {
    current = new Set([...ends(item, chars, current)].filter((at) => !reached.has(at)));
    for (const at of current) reached.add(at);
  }
  return reached;
}
