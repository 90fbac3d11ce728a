import type { Grammar } from "../../protocol/grammar.ts";
import { type Rules, rule } from "../automata/expression.ts";
import { findProductive } from "../automata/measure.ts";
import { Budget } from "../budget.ts";
import { exceeded, malformed, quote } from "../faults.ts";
import { readExpression } from "./expression.ts";
import { withoutNestedCounts } from "./nested.ts";
import { EbnfReader } from "./reader.ts";
import { renderGrammar } from "./render.ts";

/** As `readExpression` names the rules that are used. */
const PREFIX = "rule-";
const MAX_LENGTH = 65_536;

/**
 * EBNF as XGrammar and vLLM's `structured_outputs.grammar` have it (GBNF of llama.cpp): `name ::= …` with "texts",
 * [classes], groups, |, ?, *, +, {2,5} and # comments; answers come from `root`. It is rendered again for the engine, which
 * fails for all requests at what it cannot compile.
 *
 * Throws `invalid_request` with line and column, `unsupported_parameter` for the engine's macros and look-ahead.
 */
export function checkGrammar(grammar: string, param: string): Grammar {
  if (grammar.length > MAX_LENGTH) throw exceeded(param, `is longer than ${MAX_LENGTH} characters.`);
  if (/\p{Surrogate}/u.test(grammar)) throw malformed(param, "is not valid Unicode text.");
  const reader = new EbnfReader(grammar, param);
  while (!reader.isAtEnd()) readRule(reader);
  for (const { name, position } of reader.uses) {
    if (!reader.rules.has(name)) throw reader.broken(`the rule ${quote(name)} is not defined`, position);
  }
  if (!reader.rules.has("root")) throw malformed(param, 'has no rule "root", which the answer comes from.');
  const rules = renamed(reader);
  refuseEndless(rules, param);
  const budget = new Budget(param);
  const settled = withoutNestedCounts(rules, param, budget);
  const text = renderGrammar(rule("rule-root"), settled, param, budget);
  if (text === null) throw malformed(param, 'has a rule "root" that no text can satisfy.');
  return { type: "ebnf", grammar: text };
}

/** Names in the rendered grammar are ours alone. */
function renamed(reader: EbnfReader): Rules {
  return new Map([...reader.rules].map(([name, body]) => [`${PREFIX}${name}`, body]));
}

function readRule(reader: EbnfReader): void {
  const position = reader.position;
  const name = reader.name();
  if (reader.rules.has(name)) throw reader.broken(`the rule ${quote(name)} is defined twice`, position);
  reader.skipSpace();
  if (!reader.take("::=")) throw reader.broken('"::=" is expected after a rule\'s name', reader.position);
  reader.skipSpace();
  reader.rules.set(name, readExpression(reader, 0));
}

function refuseEndless(rules: Rules, param: string): void {
  const isProductive = findProductive(rules);
  for (const name of rules.keys()) {
    if (!isProductive(rule(name))) {
      const own = quote(name.slice(PREFIX.length));
      throw malformed(param, `has a rule ${own} that never ends: it needs a choice without itself.`);
    }
  }
}
