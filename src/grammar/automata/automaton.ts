import type { Budget } from "../budget.ts";
import { type CodePoints, intersection, minus, only, union } from "./code-points.ts";
import { all, any, chars, type Expression, nothing, rule } from "./expression.ts";

/** One step of an expression: a character of a set, or a whole rule. */
type Symbol = CodePoints | string;

/** An expression as states and steps; a step without a symbol is taken at once. */
export interface Automaton {
  steps: { symbol: Symbol | null; to: number }[][];
  end: number;
}

const MAX_SETS = 1500;

/** Thompson's construction. */
export function toAutomaton(expression: Expression, budget: Budget): Automaton {
  const steps: Automaton["steps"] = [[]];
  const build = (part: Expression, from: number): number => {
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
    for (let count = 0; count < min; count += 1) at = build(item, at);
    const to = state();
    if (max === Number.POSITIVE_INFINITY) {
      const loop = step(at, null);
      link(build(item, loop), loop);
      at = loop;
    } else {
      for (let count = min; count < max; count += 1) {
        link(at, to);
        at = build(item, at);
      }
    }
    link(at, to);
    return to;
  };
  const state = (): number => {
    budget.spend();
    return steps.push([]) - 1;
  };
  const link = (from: number, to: number): unknown => steps[from]?.push({ symbol: null, to });
  const step = (from: number, symbol: Symbol | null): number => {
    const to = state();
    steps[from]?.push({ symbol, to });
    return to;
  };
  return { steps, end: build(expression, 0) };
}

/** The states that are reached without a step, and those themselves. */
function closure({ steps }: Automaton, states: Iterable<number>, budget: Budget): number[] {
  const found = new Set(states);
  for (const at of found) {
    budget.spend();
    for (const { symbol, to } of steps[at] ?? []) if (symbol === null) found.add(to);
  }
  return [...found].sort((a, b) => a - b);
}

/** Whether at every state the next character or rule says where to go. */
export function isDeterministic(automaton: Automaton, budget: Budget): boolean {
  return automaton.steps.every((own, state) => {
    if (own.length === 0 || (own.length === 1 && own[0]?.symbol !== null)) return true;
    return !hasConflict(symbolsAt(automaton, closure(automaton, [state], budget)));
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

/** A set of states as one; which of them goes on with what excludes one another. */
interface State {
  name: string;
  isEnd: boolean;
  steps: { symbol: Symbol; to: string }[];
}

/** The same language with one rule per set of states, each of which goes on in one way only; null where it grows too large. */
export function determinize(
  automaton: Automaton,
  prefix: string,
  budget: Budget,
): Map<string, Expression> | null {
  const names = new Map<string, string>();
  const waiting: number[][] = [];
  const found = new Map<string, State>();
  const nameOf = (states: number[]): string => {
    const key = states.join();
    const name = names.get(key) ?? `${prefix}-${names.size}`;
    if (!names.has(key)) waiting.push(states);
    names.set(key, name);
    return name;
  };
  const start = nameOf(closure(automaton, [0], budget));
  for (let states = waiting.pop(); states; states = waiting.pop()) {
    if (names.size > MAX_SETS) return null;
    const name = nameOf(states);
    const steps = groups(symbolsAt(automaton, states), budget).map(({ symbol, targets }) => {
      return { symbol, to: nameOf(closure(automaton, targets, budget)) };
    });
    found.set(name, { name, isEnd: states.includes(automaton.end), steps });
  }
  return joined(found, start, budget);
}

/** Rules for the states, one for those that go on alike; ones that lead back to themselves stay apart. */
function joined(states: ReadonlyMap<string, State>, start: string, budget: Budget): Map<string, Expression> {
  const rules = new Map<string, Expression>();
  const taken = new Map<string, string>();
  const known = new Map<string, string>();
  const open = new Set<string>();
  const looped = new Set<string>();
  const visit = (name: string): string => {
    if (open.has(name)) looped.add(name);
    const seen = taken.get(name);
    const state = states.get(name);
    if (seen !== undefined || !state) return seen ?? name;
    taken.set(name, name);
    open.add(name);
    budget.spend(8 * (state.steps.length + 1));
    const steps = state.steps.map(({ symbol, to }) => ({ symbol, to: visit(to) }));
    const body = any(...(state.isEnd ? [nothing] : []), ...byTarget(steps));
    const key = JSON.stringify(body);
    const same = looped.has(name) ? name : (known.get(key) ?? name);
    known.set(key, same);
    taken.set(name, same);
    open.delete(name);
    if (same === name) rules.set(name, body);
    return same;
  };
  visit(start);
  return rules;
}

function byTarget(steps: readonly { symbol: Symbol; to: string }[]): Expression[] {
  const targets = [...new Set(steps.map(({ to }) => to))].sort();
  return targets.flatMap((to) => {
    const symbols = steps.filter((step) => step.to === to).map(({ symbol }) => symbol);
    const set = union(...symbols.filter((symbol) => typeof symbol !== "string"));
    const used = symbols.filter((symbol) => typeof symbol === "string").sort();
    const sets = set.length > 0 ? [all(chars(set), rule(to))] : [];
    return [...sets, ...used.map((symbol) => all(rule(symbol), rule(to)))];
  });
}

/** Steps with the same or overlapping symbols as steps with symbols that exclude one another. */
function groups(
  next: readonly { symbol: Symbol; to: number }[],
  budget: Budget,
): { symbol: Symbol; targets: number[] }[] {
  const found: { symbol: Symbol; targets: number[] }[] = [];
  for (const { symbol, to } of next) {
    budget.spend(1 + 2 * found.length);
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
    if (group.symbol === rest) {
      group.targets.push(to);
      return;
    }
    const common = intersection(group.symbol, rest);
    if (common.length === 0) continue;
    const outside = minus(group.symbol, common);
    if (outside.length > 0) found.push({ symbol: outside, targets: [...group.targets] });
    group.symbol = common;
    group.targets.push(to);
    rest = minus(rest, common);
  }
  if (rest.length > 0) found.push({ symbol: rest, targets: [to] });
}
