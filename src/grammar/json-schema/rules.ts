import { only } from "../automata/code-points.ts";
import {
  all,
  any,
  chars,
  type Expression,
  optional,
  type Rules,
  repeat,
  rule,
  text,
} from "../automata/expression.ts";
import type { Enforcement } from "./enforcement.ts";
import type { Schema } from "./schema.ts";

/** What writes the values of one kind needs of the compiler. */
export interface ValueRules {
  readonly enforcement: Enforcement;
  /** The values that satisfy every one of the schemas. */
  value(schemas: readonly Schema[]): Expression;
  /** The expression as a rule of its own. */
  define(body: () => Expression): Expression;
  /** The same, once for all that ask under this key. */
  shared(key: string, body: () => Expression): Expression;
}

export const comma = all(text(","), rule("gap"));
export const colon = all(text(":"), rule("gap"));
/** What stands after the backslash of a string in which any character may be. */
export const anyEscape = rule("escape");

const hex = (first: string, length: number) =>
  all(chars(only(first)), repeat(chars(only("0123456789abcdefABCDEF")), length - 1, length - 1));

/**
 * Rules that all JSON shares.
 *
 * `gap`: white space between the parts of JSON is a space at most, as models have learned it. With as much as JSON allows
 * a small model writes empty lines until its tokens are used up.
 *
 * `escape` (RFC 8259, 7): models that have read Python's JSON write `\u00fc`. The halves of a surrogate pair come together.
 */
export const sharedRules: Rules = new Map([
  ["gap", optional(text(" "))],
  ["escape", any(chars(only('"\\/bfnrt')), all(text("u"), rule("unit")))],
  [
    "unit",
    any(
      hex("0123456789abcefABCEF", 4),
      all(
        chars(only("dD")),
        any(hex("01234567", 3), all(hex("89abAB", 3), text("\\u"), chars(only("dD")), hex("cdefCDEF", 3))),
      ),
    ),
  ],
]);
