import type { Budget } from "../budget.ts";
import { type Automaton, closure, type Sign, symbolsAt } from "./automaton.ts";
import { type CodePoints, intersection, minus, union } from "./code-points.ts";
import { all, any, chars, type Expression, nothing, rule } from "./expression.ts";

const MAX_SETS = 1500;

/** A set of states as one; which of them goes on with what excludes one another. */
interface State {
  isEnd: boolean;
  steps: { symbol: Sign; to: string }[];
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
    found.set(name, { isEnd: states.includes(automaton.end), steps });
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

function byTarget(steps: readonly { symbol: Sign; to: string }[]): Expression[] {
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
  next: readonly { symbol: Sign; to: number }[],
  budget: Budget,
): { symbol: Sign; targets: number[] }[] {
  const found: { symbol: Sign; targets: number[] }[] = [];
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

function addSet(found: { symbol: Sign; targets: number[] }[], symbol: CodePoints, to: number): void {
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
