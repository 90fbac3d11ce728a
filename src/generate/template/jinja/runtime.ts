import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { typeName } from "./python-types.ts";
import { type CallArguments, textOf, Undefined, type Value } from "./values.ts";

/** What filters, tests and methods use of the render they run in. */
export interface Runtime {
  readonly budget: Budget;
  call(callee: Value, args: CallArguments): Value;
  filter(name: string, value: Value, args: CallArguments): Value;
  test(name: string, value: Value, args: CallArguments): boolean;
  /** `value.name`; `value[key]` as templates write them. */
  attribute(value: Value, name: string): Value;
  item(value: Value, key: Value): Value;
  isFilter(name: string): boolean;
  isTest(name: string): boolean;
}

export type Given = readonly (Value | undefined)[];

/** The arguments in the order of the parameters; undefined: not given. Throws for those that it does not take. */
export function bind(
  name: string,
  parameters: readonly string[],
  { positional, named }: CallArguments,
): Given {
  if (positional.length > parameters.length)
    return fail(`${name}() takes ${parameters.length} arguments but ${positional.length} were given`);
  const given: (Value | undefined)[] = parameters.map((_, index) => positional[index]);
  for (const [key, value] of named) {
    const index = parameters.indexOf(key);
    if (index === -1) return fail(`${name}() got an unexpected keyword argument '${key}'`);
    if (given[index] !== undefined) return fail(`${name}() got multiple values for argument '${key}'`);
    given[index] = value;
  }
  return given;
}

export const noArguments: CallArguments = { positional: [], named: new Map() };

export function withPositional(...positional: Value[]): CallArguments {
  return { positional, named: new Map() };
}

/** A text argument; throws for anything else. */
export function needText(value: Value | undefined, what: string): string {
  if (value === undefined) return fail(`${what} is missing an argument`);
  if (value instanceof Undefined) return value.fail();
  return textOf(value) ?? fail(`${what} needs a text, not ${typeName(value)}`);
}

/** An int argument, `fallback` where it is not given. */
export function needInt(value: Value | undefined, what: string, fallback: number): number {
  if (value === undefined) return fallback;
  if (value instanceof Undefined) return value.fail();
  if (typeof value === "boolean") return Number(value);
  return typeof value === "bigint" ? Number(value) : fail(`${what} needs an int, not ${typeName(value)}`);
}
