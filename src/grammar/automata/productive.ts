import type { Expression, Rules } from "./expression.ts";

/** Tells whether any finite text belongs to an expression (the usual fixed point over the rules of a grammar). */
export function findProductive(rules: Rules): (expression: Expression) => boolean {
  const known = new Set<string>();
  const isProductive = (expression: Expression): boolean => {
    switch (expression.kind) {
      case "all":
        return expression.items.every(isProductive);
      case "any":
        return expression.items.some(isProductive);
      case "repeat":
        return expression.min === 0 || isProductive(expression.item);
      case "rule":
        return known.has(expression.name) || !rules.has(expression.name);
      default:
        return true;
    }
  };
  for (let before = -1; known.size !== before; ) {
    before = known.size;
    for (const [name, body] of rules) if (!known.has(name) && isProductive(body)) known.add(name);
  }
  return isProductive;
}
