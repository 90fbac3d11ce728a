import type { Grammar, TagGrammar } from "../../protocol/grammar.ts";
import type { CallRules } from "./format.ts";

/**
 * Calls that stand one by one, each in its own tag. Required ones need no triggers: nothing else may be written
 * there.
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

/** This or nothing. */
export function toOptional(grammar: Grammar): Grammar {
  return { type: "union", elements: [grammar, toConst("")] };
}

/** A text, which may be empty: the engine takes no empty `const`. */
export function toConst(text: string): Grammar {
  return text === "" ? { type: "ebnf", grammar: 'root ::= ""' } : { type: "const", text };
}

export function toConcat(elements: Grammar[]): Grammar {
  const [first, ...others] = elements;
  if (first === undefined) return toConst("");
  return others.length === 0 ? first : { type: "concat", elements };
}
