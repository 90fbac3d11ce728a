import { fail } from "./failure.ts";
import type { Filters } from "./filter.ts";
import { jsonFilters } from "./filters-json.ts";
import { numberFilters } from "./filters-number.ts";
import { selectFilters } from "./filters-select.ts";
import { sequenceFilters } from "./filters-sequence.ts";
import { textFilters } from "./filters-text.ts";
import { bind, type Runtime } from "./runtime.ts";
import type { CallArguments, Value } from "./values.ts";

const filters: Filters = {
  ...textFilters,
  ...numberFilters,
  ...sequenceFilters,
  ...selectFilters,
  ...jsonFilters,
};

export function isFilter(name: string): boolean {
  return Object.hasOwn(filters, name);
}

/** `value | name(…)`. Throws for an unknown filter. */
export function runFilter(name: string, value: Value, args: CallArguments, runtime: Runtime): Value {
  const filter = Object.hasOwn(filters, name) ? filters[name] : undefined;
  if (!filter) return fail(`No filter named '${name}'.`);
  if (typeof value === "string") runtime.budget.text(value.length);
  if (Array.isArray(value)) runtime.budget.items(value.length);
  if ("runAll" in filter) return filter.runAll(value, args, runtime);
  return filter.run(value, bind(name, filter.parameters, args), runtime);
}
