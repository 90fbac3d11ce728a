import type { Grammar } from "../../protocol/grammar.ts";
import { renderGrammar } from "../ebnf/render.ts";
import { malformed, unsupported } from "../faults.ts";
import { Compiler } from "./compiler.ts";
import { readSchema } from "./read.ts";

export type SchemaGrammar = Extract<Grammar, { type: "ebnf" }>;

const MAX_TEXT = 100_000;

/**
 * A JSON Schema (2020-12 and draft-07, and `nullable` of OpenAPI) as a grammar whose every answer is valid: compact
 * JSON with at most a space after a comma or a colon, named properties in the schema's order. What cannot be enforced is
 * refused, never ignored; where the grammar allows less than the schema it says so at its place.
 *
 * The engine compiles JSON Schemas too, but leaves out keywords silently, lets white space run on for ever, and fails for
 * all requests at what it cannot compile; so it gets EBNF, the one form that hides nothing.
 *
 * Throws `invalid_request` or `unsupported_parameter` with the place within the schema.
 */
export function checkSchema(schema: unknown, param: string): SchemaGrammar {
  const compiler = new Compiler(param);
  const root = compiler.value([readSchema(schema, param)]);
  const grammar = renderGrammar(root, compiler.rules, param);
  if (grammar === null) throw malformed(param, "cannot be satisfied: no JSON value fits all that it says.");
  if (grammar.length > MAX_TEXT) {
    throw unsupported(
      param,
      `its grammar has ${grammar.length} characters, ${MAX_TEXT} are allowed. Make it smaller.`,
    );
  }
  return { type: "ebnf", grammar };
}
