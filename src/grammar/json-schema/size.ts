import { below, exceeded, isRecord } from "../faults.ts";

/** Values, lists and objects of a schema, all that it lists and describes included: ten times the largest of real tools. */
const MAX_VALUES = 20_000;
const MAX_CHARACTERS = 500_000;
/** Of any value, examples and defaults included; schemas in schemas end earlier. */
const MAX_DEPTH = 256;

/** Looks at each part once and at none past the bound. Throws `invalid_request` with the place that passed it. */
export function refuseLarge(schema: unknown, param: string): void {
  let [values, characters] = [0, 0];
  const count = (value: unknown, place: () => string, depth: number): void => {
    values += 1;
    if (typeof value === "string") characters += value.length;
    if (values > MAX_VALUES) throw exceeded(place(), `is one value more than ${MAX_VALUES} of a schema.`);
    if (characters > MAX_CHARACTERS) {
      throw exceeded(place(), `passes ${MAX_CHARACTERS} characters of text in a schema.`);
    }
    if (depth > MAX_DEPTH) throw exceeded(place(), `is nested deeper than ${MAX_DEPTH}.`);
    if (Array.isArray(value)) {
      if (values + value.length > MAX_VALUES) {
        throw exceeded(place(), `has ${value.length} items; a schema may have ${MAX_VALUES} values in all.`);
      }
      for (const [index, item] of value.entries()) count(item, () => below(place(), index), depth + 1);
    } else if (isRecord(value)) {
      for (const key in value) {
        characters += key.length;
        count(value[key], () => below(place(), key), depth + 1);
      }
    }
  };
  count(schema, () => param, 0);
}
