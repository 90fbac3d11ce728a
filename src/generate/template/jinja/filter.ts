import type { Given, Runtime } from "./runtime.ts";
import type { CallArguments, Value } from "./values.ts";

/** A filter with parameters of its own, or one that takes all that it is given. */
export type Filter =
  | { parameters: readonly string[]; run(value: Value, given: Given, runtime: Runtime): Value }
  | { runAll(value: Value, args: CallArguments, runtime: Runtime): Value };

export type Filters = Record<string, Filter>;
