import { fail } from "./failure.ts";
import type { Filters } from "./filter.ts";
import { jsonFilters } from "./filters-json.ts";
import { numberFilters } from "./filters-number.ts";
import { selectFilters } from "./filters-select.ts";
import { sequenceFilters } from "./filters-sequence.ts";
import { textFilters } from "./filters-text.ts";
import { bind, type Runtime } from "./runtime.ts";
import { type CallArguments, textOf, type Value } from "./values.ts";

const filters: Filters = {
  ...textFilters,
  ...numberFilters,
  ...sequenceFilters,
  ...selectFilters,
  ...jsonFilters,
};

/** Those that do not go through what their value's items hold, and count by themselves where they go through the items. */
const shallow = new Set([
  ...[
    "length",
    "count",
    "first",
    "last",
    "default",
    "d",
    "attr",
    "list",
    "items",
    "reverse",
    "batch",
    "slice",
  ],
  ...["map", "select", "reject", "selectattr", "rejectattr"],
]);

export function isFilter(name: string): boolean {
  return Object.hasOwn(filters, name);
}

/** `value | name(…)`. Throws for an unknown filter. */
export function runFilter(name: string, value: Value, args: CallArguments, runtime: Runtime): Value {
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (!filter) return fail(`No filter named '${name}'.`);
  if (typeof value === "string" || !shallow.has(name)) runtime.budget.value(value);
  const result =
    "runAll" in filter
      ? filter.runAll(value, args, runtime)
      : filter.run(value, bind(name, filter.parameters, args), runtime);
  runtime.budget.size(textOf(result)?.length ?? 0);
  return result;
}
