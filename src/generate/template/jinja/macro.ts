import { fail } from "./failure.ts";
import { Scope } from "./scope.ts";
import type { Expression, MacroBody, Statement } from "./syntax.ts";
import { type CallArguments, Dict, Thing, Tuple, Undefined, type Value, valueOr } from "./values.ts";

/** What a macro uses of the render it runs in. */
export interface MacroRunner {
  evaluate(expression: Expression, scope: Scope): Value;
  capture(body: readonly Statement[], scope: Scope): string;
}

/** A macro of a template, which sees the names around its definition. */
export function createMacro(macro: MacroBody, around: Scope, runner: MacroRunner): Thing {
  const names = macro.parameters.map(({ name }) => name);
  const attributes = new Map<string, Value>([
    ["name", macro.name],
    ["arguments", new Tuple(names)],
    ["catch_kwargs", macro.uses.kwargs],
    ["catch_varargs", macro.uses.varargs],
    ["caller", macro.uses.caller],
  ]);
  return new Thing("Macro", attributes, new Map(), (args) =>
    runner.capture(macro.body, bindParameters(macro, args, around, runner)),
  );
}

function bindParameters(
  { name, parameters, uses }: MacroBody,
  { positional, named }: CallArguments,
  around: Scope,
  runner: MacroRunner,
): Scope {
  const scope = new Scope(around);
  const rest = new Map(named);
  for (const [index, parameter] of parameters.entries()) {
    const given = positional[index] === undefined ? rest.get(parameter.name) : positional[index];
    if (positional[index] !== undefined && rest.has(parameter.name))
      fail(`macro '${name}' got multiple values for argument '${parameter.name}'`);
    rest.delete(parameter.name);
    const absent = new Undefined(`parameter '${parameter.name}' was not provided`);
    const fallback = (): Value => (parameter.fallback ? runner.evaluate(parameter.fallback, scope) : absent);
    scope.set(parameter.name, valueOr(given, fallback));
  }
  const takesCaller = parameters.some((parameter) => parameter.name === "caller");
  if (uses.caller && !takesCaller) {
    scope.set(
      "caller",
      valueOr(rest.get("caller"), () => new Undefined("No caller defined")),
    );
    rest.delete("caller");
  }
  if (uses.kwargs) scope.set("kwargs", new Dict(rest));
  else if (rest.size > 0) fail(`macro '${name}' takes no keyword argument '${[...rest.keys()][0]}'`);
  if (uses.varargs) scope.set("varargs", new Tuple(positional.slice(parameters.length)));
  else if (positional.length > parameters.length)
    fail(`macro '${name}' takes not more than ${parameters.length} argument(s)`);
  return scope;
}
