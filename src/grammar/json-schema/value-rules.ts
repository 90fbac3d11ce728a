import type { Expression } from "../automata/expression.ts";
import type { Schema } from "./schema.ts";

/** What arrays and objects need for what is in them. */
export interface ValueRules {
  /** The values that satisfy every one of the schemas. */
  value(schemas: readonly Schema[]): Expression;
  /** The expression as a rule of its own. */
  define(body: () => Expression): Expression;
}
