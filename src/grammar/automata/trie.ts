import { all, any, type Expression, nothing, text } from "./expression.ts";

/** One of some texts, in which texts that begin alike part at the first character that differs. */
export function oneOfTexts(texts: readonly string[]): Expression {
  return branch(texts.map((value) => Array.from(value)));
}

function branch(texts: readonly (readonly string[])[]): Expression {
  const groups = new Map<string, (readonly string[])[]>();
  for (const value of texts) {
    const [first] = value;
    if (first !== undefined) groups.set(first, [...(groups.get(first) ?? []), value]);
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
