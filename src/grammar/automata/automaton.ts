import { type CodePoints, complement, minus, only, union } from "./code-points.ts";
import { all, any, chars, type Expression, nothing, rule } from "./expression.ts";

/** One step of an expression: a character of a set, or a whole rule. */
type Symbol = CodePoints | string;

/** An expression as states and steps; a step without a symbol is taken at once. */
export interface Automaton {
  steps: { symbol: Symbol | null; to: number }[][];
  end: number;
}

const MAX_STATES = 300_000;
const MAX_SETS = 1500;

/** Thompson's construction; null where counts make it too large. */
export function toAutomaton(expression: Expression): Automaton | null {
  const steps: Automaton["steps"] = [[]];
  const build = (part: Expression, from: number): number => {
    if (steps.length > MAX_STATES) return from;
    switch (part.kind) {
      case "text":
        return Array.from(part.text).reduce((at, char) => step(at, only(char)), from);
      case "chars":
        return step(from, part.set);
      case "rule":
        return step(from, part.name);
      case "all":
        return part.items.reduce((at, item) => build(item, at), from);
      case "any": {
        const to = state();
        for (const item of part.items) link(build(item, step(from, null)), to);
        return to;
      }
      case "repeat":
        return buildRepeat(part, from);
    }
  };
  const buildRepeat = ({ item, min, max }: Extract<Expression, { kind: "repeat" }>, from: number): number => {
    let at = from;
    for (let count = 0; count < min && steps.length <= MAX_STATES; count += 1) at = build(item, at);
    const to = state();
    if (max === Number.POSITIVE_INFINITY) {
      const loop = step(at, null);
      link(build(item, loop), loop);
      at = loop;
    } else {
      for (let count = min; count < max && steps.length <= MAX_STATES; count += 1) {
        link(at, to);
        at = build(item, at);
      }
    }
    link(at, to);
    return to;
  };
  const state = (): number => steps.push([]) - 1;
  const link = (from: number, to: number): unknown => steps[from]?.push({ symbol: null, to });
  const step = (from: number, symbol: Symbol | null): number => {
    const to = state();
    steps[from]?.push({ symbol, to });
    return to;
  };
  const end = build(expression, 0);
  return steps.length > MAX_STATES ? null : { steps, end };
}

/** The states that are reached without a step, and those themselves. */
function closure({ steps }: Automaton, states: Iterable<number>): number[] {
  const found = new Set(states);
  for (const at of found) {
    for (const { symbol, to } of steps[at] ?? []) if (symbol === null) found.add(to);
  }
  return [...found].sort((a, b) => a - b);
}

/** Whether at every state the next character or rule says where to go. */
export function isDeterministic(automaton: Automaton): boolean {
  return automaton.steps.every((own, state) => {
    const isEntered = state === 0 || own.length > 0;
    return !isEntered || !hasConflict(symbolsAt(automaton, closure(automaton, [state])));
  });
}

function symbolsAt({ steps }: Automaton, states: readonly number[]): { symbol: Symbol; to: number }[] {
  return states.flatMap((at) =>
    (steps[at] ?? []).flatMap(({ symbol, to }) => (symbol === null ? [] : [{ symbol, to }])),
  );
}

function hasConflict(next: readonly { symbol: Symbol }[]): boolean {
  const names = next.map(({ symbol }) => symbol).filter((symbol) => typeof symbol === "string");
  const sets = next.map(({ symbol }) => symbol).filter((symbol) => typeof symbol !== "string");
  const ranges = sets.flat().sort((a, b) => a[0] - b[0]);
  const overlaps = ranges.some(([first], index) => first <= (ranges[index - 1]?.[1] ?? -1));
  return overlaps || new Set(names).size < names.length;
}

/** The same language with one rule per set of states, each of which goes on in one way only; null where it grows too large. */
export function determinize(automaton: Automaton, prefix: string): Map<string, Expression> | null {
  const names = new Map<string, string>();
  const waiting: number[][] = [];
  const rules = new Map<string, Expression>();
  const nameOf = (states: number[]): string => {
    const key = states.join();
    const name = names.get(key) ?? `${prefix}-${names.size}`;
    if (!names.has(key)) waiting.push(states);
    names.set(key, name);
    return name;
  };
  nameOf(closure(automaton, [0]));
  for (let states = waiting.pop(); states; states = waiting.pop()) {
    if (names.size > MAX_SETS) return null;
    const steps = groups(symbolsAt(automaton, states)).map(({ symbol, targets }) => {
      const name = nameOf(closure(automaton, targets));
      return { symbol, name };
    });
    const ends = states.includes(automaton.end) ? [nothing] : [];
    rules.set(nameOf(states), any(...ends, ...byTarget(steps)));
  }
  return rules;
}

function byTarget(steps: readonly { symbol: Symbol; name: string }[]): Expression[] {
  const targets = [...new Set(steps.map(({ name }) => name))];
  return targets.flatMap((name) => {
    const symbols = steps.filter((step) => step.name === name).map(({ symbol }) => symbol);
    const set = union(...symbols.filter((symbol) => typeof symbol !== "string"));
    const used = symbols.filter((symbol) => typeof symbol === "string");
    const sets = set.length > 0 ? [all(chars(set), rule(name))] : [];
    return [...sets, ...used.map((symbol) => all(rule(symbol), rule(name)))];
  });
}

/** Steps with the same or overlapping symbols as steps with symbols that exclude one another. */
function groups(next: readonly { symbol: Symbol; to: number }[]): { symbol: Symbol; targets: number[] }[] {
  const found: { symbol: Symbol; targets: number[] }[] = [];
  for (const { symbol, to } of next) {
    if (typeof symbol === "string") {
      const same = found.find((group) => group.symbol === symbol);
      if (same) same.targets.push(to);
      else found.push({ symbol, targets: [to] });
    } else addSet(found, symbol, to);
  }
  return found;
}

function addSet(found: { symbol: Symbol; targets: number[] }[], symbol: CodePoints, to: number): void {
  let rest = symbol;
  for (const group of [...found]) {
    if (typeof group.symbol === "string") continue;
    const common = complement(union(complement(group.symbol), complement(rest)));
    if (common.length === 0) continue;
    const outside = minus(group.symbol, common);
    if (outside.length > 0) found.push({ symbol: outside, targets: [...group.targets] });
    group.symbol = common;
    group.targets.push(to);
    rest = minus(rest, common);
  }
  if (rest.length > 0) found.push({ symbol: rest, targets: [to] });
}
