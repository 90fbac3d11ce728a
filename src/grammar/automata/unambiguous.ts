import type { Budget } from "../budget.ts";
import { isDeterministic, toAutomaton } from "./automaton.ts";
import { determinize } from "./determinize.ts";
import { all, any, type Expression, type Rules, repeat, rule } from "./expression.ts";
import { lengths } from "./measure.ts";

/**
 * Rules in which the next character decides the way. XGrammar joins states that it takes for equal, and where two ways
 * start with the same characters it joins what is not (fsm.cc, MergeEquivalentSuccessors: `[2-9] [0-9]{5} | [1-9]
 * [0-9]{6} | [1-9] [0-9]{7}` lets digits run on for ever). Null where a rule is too large to be rewritten.
 */
export function unambiguous(rules: Rules, budget: Budget): Rules | null {
  const rewritten: Rules = new Map();
  for (const [name, body] of rules) {
    const states = isSafe(body, rules, budget)
      ? new Map([[name, body]])
      : determined(name, inlined(body, rules), budget);
    if (!states) return null;
    for (const [state, expression] of states) rewritten.set(state, expression);
  }
  return rewritten;
}

function isSafe(body: Expression, rules: Rules, budget: Budget): boolean {
  return !mayBeJoined(body) || isDeterministic(toAutomaton(shortened(inlined(body, rules)), budget), budget);
}

function determined(name: string, body: Expression, budget: Budget): Rules | null {
  const states = determinize(toAutomaton(body, budget), `${name}-state`, budget);
  return states && new Map([[name, rule(`${name}-state-0`)], ...states]);
}

/** The same with few counts, from which one sees as well what follows what. */
export function shortened(expression: Expression): Expression {
  if (expression.kind === "all") return all(...expression.items.map(shortened));
  if (expression.kind === "any") return any(...expression.items.map(shortened));
  if (expression.kind !== "repeat") return expression;
  const { min, max } = expression;
  const least = Math.min(min, 2);
  return repeat(
    shortened(expression.item),
    least,
    max - min === 0 ? least : max === Number.POSITIVE_INFINITY ? max : Math.min(max, least + 2),
  );
}

/** Texts and single repeats of what is not empty leave no two ways. */
function mayBeJoined(expression: Expression): boolean {
  if (expression.kind === "any") return true;
  if (expression.kind === "repeat") return mayBeJoined(expression.item) || lengths(expression.item)[0] === 0;
  return expression.kind === "all" && expression.items.some(({ kind }) => kind !== "text" && kind !== "rule");
}

/** XGrammar puts the bodies of small rules where they are used, so these count here as well. */
function inlined(expression: Expression, rules: Rules): Expression {
  switch (expression.kind) {
    case "rule": {
      const body = rules.get(expression.name);
      return body && isSmall(body) ? body : expression;
    }
    case "all":
      return all(...expression.items.map((item) => inlined(item, rules)));
    case "any":
      return any(...expression.items.map((item) => inlined(item, rules)));
    case "repeat":
      return { ...expression, item: inlined(expression.item, rules) };
    default:
      return expression;
  }
}

function isSmall(body: Expression): boolean {
  if (body.kind === "all" || body.kind === "any") return body.items.every(isSmall);
  return body.kind === "text" || body.kind === "chars";
}
