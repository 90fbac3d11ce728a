import type { Grammar } from "../protocol/grammar.ts";
import { oneOfTexts } from "./automata/expression.ts";
import { Budget } from "./budget.ts";
import { renderGrammar } from "./ebnf/render.ts";
import { below, malformed, quote } from "./faults.ts";
import { Regex } from "./regex/compile.ts";

const MAX_CHOICES = 1000;
const MAX_LENGTH = 65_536;

/** One of some texts, as vLLM's `structured_outputs.choice` has it. Throws `invalid_request`. */
export function checkChoice(choices: readonly unknown[], param: string): Grammar {
  if (choices.length === 0) throw malformed(param, "must be a list with at least one text.");
  if (choices.length > MAX_CHOICES) {
    throw malformed(param, `has ${choices.length} choices; at most ${MAX_CHOICES} are allowed.`);
  }
  const texts = new Set(choices.map((choice, index) => checkText(choice, below(param, index))));
  const length = [...texts].reduce((sum, choice) => sum + choice.length, 0);
  if (length > MAX_LENGTH)
    throw malformed(param, `has ${length} characters; at most ${MAX_LENGTH} are allowed.`);
  return toGrammar(renderGrammar(oneOfTexts([...texts]), new Map(), param), param);
}

/** An answer that a regular expression matches from its start to its end. */
export function checkRegex(pattern: string, param: string): Grammar {
  const budget = new Budget(param);
  const whole = new Regex(pattern, param, { budget }).whole();
  return toGrammar(renderGrammar(whole, new Map(), param, budget), param);
}

function checkText(choice: unknown, param: string): string {
  if (typeof choice !== "string" || choice === "" || /\p{Surrogate}/u.test(choice)) {
    throw malformed(param, `must be a text that is not empty, but is ${quote(choice)}.`);
  }
  return choice;
}

function toGrammar(grammar: string | null, param: string): Grammar {
  if (grammar === null) throw malformed(param, "cannot be satisfied: no text fits it.");
  return { type: "ebnf", grammar };
}
