import type { Budget } from "../budget.ts";
import { type CodePoints, only } from "./code-points.ts";
import type { Expression } from "./expression.ts";

/** One step of an expression: a character of a set, or a whole rule. */
export type Sign = CodePoints | string;

/** An expression as states and steps; a step without a symbol is taken at once. */
export interface Automaton {
  steps: { symbol: Sign | null; to: number }[][];
  end: number;
}

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
  const step = (from: number, symbol: Sign | null): number => {
    const to = state();
    steps[from]?.push({ symbol, to });
    return to;
  };
  return { steps, end: build(expression, 0) };
}

/** The states that are reached without a step, and those themselves. */
export function closure({ steps }: Automaton, states: Iterable<number>, budget: Budget): number[] {
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

export function symbolsAt({ steps }: Automaton, states: readonly number[]): { symbol: Sign; to: number }[] {
  return states.flatMap((at) =>
    (steps[at] ?? []).flatMap(({ symbol, to }) => (symbol === null ? [] : [{ symbol, to }])),
  );
}

function hasConflict(next: readonly { symbol: Sign }[]): boolean {
  const names = next.map(({ symbol }) => symbol).filter((symbol) => typeof symbol === "string");
  const sets = next.map(({ symbol }) => symbol).filter((symbol) => typeof symbol !== "string");
  const ranges = sets.flat().sort((a, b) => a[0] - b[0]);
  const overlaps = ranges.some(([first], index) => first <= (ranges[index - 1]?.[1] ?? -1));
  return overlaps || new Set(names).size < names.length;
}
