import { fail } from "./failure.ts";
import type { Arguments, Expression, Parameter } from "./syntax.ts";
import type { TokenStream } from "./token-stream.ts";

/** Reads one expression. */
export type Parse = (stream: TokenStream) => Expression;

export const noArguments: Arguments = { positional: [], named: [], spread: null, namedSpread: null };

/** What a call passes, from its `(` to its `)`. */
export function parseArguments(stream: TokenStream, parse: Parse): Arguments {
  const args: Arguments = { positional: [], named: [], spread: null, namedSpread: null };
  let count = 0;
  stream.expect("(");
  while (!stream.is(")")) {
    if (count++ > 0) stream.expect(",");
    if (stream.is(")")) break;
    parseArgument(stream, args, parse);
  }
  stream.expect(")");
  return args;
}

function parseArgument(stream: TokenStream, args: Arguments, parse: Parse): void {
  const misplaced = () => fail("arguments of a call are in the wrong order");
  if (stream.skip("*")) {
    if (args.spread ?? args.namedSpread) misplaced();
    args.spread = parse(stream);
  } else if (stream.skip("**")) {
    if (args.namedSpread) misplaced();
    args.namedSpread = parse(stream);
  } else if (stream.current?.type === "name" && stream.is("=", 1)) {
    if (args.namedSpread) misplaced();
    const name = stream.takeName();
    stream.expect("=");
    args.named.push([name, parse(stream)]);
  } else {
    if (args.spread ?? args.namedSpread ?? args.named[0]) misplaced();
    args.positional.push(parse(stream));
  }
}

/** What a macro or a call block takes, from its `(` to its `)`. */
export function parseParameters(stream: TokenStream, parse: Parse): Parameter[] {
  const parameters: Parameter[] = [];
  stream.expect("(");
  while (!stream.is(")")) {
    if (parameters.length > 0) stream.expect(",");
    const name = stream.takeName();
    const fallback = stream.skip("=") ? parse(stream) : null;
    if (!fallback && parameters.some((parameter) => parameter.fallback))
      fail(`the parameter "${name}" needs a default, as the one before it has one`);
    if (parameters.some((parameter) => parameter.name === name)) fail(`two parameters are named "${name}"`);
    parameters.push({ name, fallback });
  }
  stream.expect(")");
  return parameters;
}
