import type { Grammar, TagGrammar } from "../grammar.ts";
import type { CallRules } from "./format.ts";

/**
 * Calls that stand one by one, each a tag of its own. Required ones are held without triggers: watching for those costs
 * the engine time at each token.
 */
export function toCallsGrammar(
  tags: TagGrammar[],
  separator: string,
  triggers: string[],
  { required, parallel }: CallRules,
): Grammar {
  if (!required) {
    return { type: "triggered_tags", triggers, tags, at_least_one: false, stop_after_first: !parallel };
  }
  if (!parallel) return toUnion(tags);
  return { type: "tags_with_separator", separator, tags, at_least_one: true, stop_after_first: false };
}

/** One of these; the only one as it is. */
export function toUnion(elements: Grammar[]): Grammar {
  const [first, ...others] = elements;
  return first !== undefined && others.length === 0 ? first : { type: "union", elements };
}

/** This or nothing. The engine takes no empty `const`. */
export function toOptional(grammar: Grammar): Grammar {
  return { type: "union", elements: [grammar, { type: "ebnf", grammar: 'root ::= ""' }] };
}
