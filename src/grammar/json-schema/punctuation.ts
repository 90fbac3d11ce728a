import { all, optional, rule, text } from "../automata/expression.ts";

/**
 * White space between the parts of JSON: a space at most, as models have learned it. With as much as JSON allows a
 * small model writes empty lines until its tokens are used up.
 */
export const gap = optional(text(" "));
export const comma = all(text(","), rule("gap"));
export const colon = all(text(":"), rule("gap"));
