import type { Expression, Rules } from "./expression.ts";

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

/**
 * The states of an expression whose counts are written out, in time that grows with its source; another rule counts as
 * one, and a count without an end as its least and one more.
 */
export function countStates(expression: Expression): number {
  switch (expression.kind) {
    case "text":
      return expression.text.length;
    case "chars":
    case "rule":
      return 1;
    case "all":
    case "any":
      return expression.items.reduce((sum, item) => sum + countStates(item), 0);
    case "repeat": {
      const { item, min, max } = expression;
      return Math.max(1, countStates(item)) * (max === Number.POSITIVE_INFINITY ? min + 1 : max);
    }
  }
}

/** The names of the rules that an expression uses. */
export function references(expression: Expression, found = new Set<string>()): Set<string> {
  if (expression.kind === "rule") found.add(expression.name);
  else if (expression.kind === "repeat") references(expression.item, found);
  else if ("items" in expression) for (const item of expression.items) references(item, found);
  return found;
}

/** Tells whether any finite text belongs to an expression; a rule is looked at again when one that it uses is known. */
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
  const users = new Map<string, string[]>();
  for (const [name, body] of rules) {
    for (const used of references(body)) push(users, used, name);
  }
  const waiting = [...rules.keys()];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const body = rules.get(name);
    if (!body || known.has(name) || !isProductive(body)) continue;
    known.add(name);
    waiting.push(...(users.get(name) ?? []));
  }
  return isProductive;
}

function push(lists: Map<string, string[]>, key: string, value: string): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
