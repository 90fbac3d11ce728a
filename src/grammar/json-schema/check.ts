import type { Grammar } from "../../protocol/grammar.ts";
import { renderGrammar } from "../ebnf/render.ts";
import { exceeded, malformed } from "../faults.ts";
import { Compiler } from "./compiler.ts";
import { Enforcement, type Widened } from "./enforcement.ts";
import { readSchema } from "./read.ts";
import { refuseLarge } from "./size.ts";

export type SchemaGrammar = Extract<Grammar, { type: "ebnf" }>;

/** A compiled schema, and where answers under its grammar may still break it: those are to be checked afterwards. */
export interface CompiledSchema {
  grammar: SchemaGrammar;
  widened: readonly Widened[];
}

export interface SchemaOptions {
  /** Refuse what cannot be enforced. Otherwise it is widened: OpenAI's `strict: false` asks for the best that can be had. */
  strict: boolean;
}

const MAX_TEXT = 100_000;

/**
 * A JSON Schema (2020-12 and draft-07, and `nullable` of OpenAPI) as a grammar: compact JSON with at most a space after a
 * comma or a colon, named properties in the schema's order.
 *
 * Strict, every answer is valid: what cannot be enforced is refused with its place, and where the grammar allows less than
 * the schema it says so at its place. Otherwise each such keyword is widened to the nearest looser form and reported.
 *
 * The engine compiles JSON Schemas too, but leaves out keywords silently, lets white space run on for ever, and fails for
 * all requests at what it cannot compile; so it gets EBNF, the one form that hides nothing.
 *
 * Throws `invalid_request` for what no value satisfies and for what passes a bound on size or work, which it names; strict
 * also for what is malformed, and `unsupported_parameter` for what cannot be enforced.
 */
export function compileSchema(schema: unknown, param: string, { strict }: SchemaOptions): CompiledSchema {
  refuseLarge(schema, param);
  const enforcement = new Enforcement(param, strict);
  const compiler = new Compiler(param, enforcement);
  const root = compiler.value([readSchema(schema, param, enforcement)]);
  const grammar = renderGrammar(root, compiler.rules, param, enforcement.budget);
  if (grammar === null) throw malformed(param, "cannot be satisfied: no JSON value fits all that it says.");
  if (grammar.length > MAX_TEXT) {
    throw exceeded(
      param,
      `needs a grammar of ${grammar.length} characters; at most ${MAX_TEXT} are allowed. Make it smaller.`,
    );
  }
  return { grammar: { type: "ebnf", grammar }, widened: enforcement.widened };
}
