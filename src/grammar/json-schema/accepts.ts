import { isRecord } from "../faults.ts";
import { isMultiple } from "./decimal.ts";
import type { Schema, Type } from "./schema.ts";

/** Whether a value satisfies a schema: for `enum` and `const`, whose values other keywords may rule out. */
export function accepts(schema: Schema, value: unknown): boolean {
  const { isFalse, types, values, also = [], anyOf, oneOf, not } = schema;
  if (isFalse || (types && !types.some((type) => isOfType(value, type)))) return false;
  if ([values, schema.const].some((listed) => listed && !listed.has(canonical(value)))) return false;
  if (!also.every((part) => accepts(part, value))) return false;
  if (anyOf && !anyOf.some((part) => accepts(part, value))) return false;
  if (oneOf && oneOf.filter((part) => accepts(part, value)).length !== 1) return false;
  if (not && accepts(not, value)) return false;
  if (typeof value === "number") return acceptsNumber(schema, value);
  if (typeof value === "string") return acceptsString(schema, value);
  if (Array.isArray(value)) return acceptsArray(schema, value);
  return !isRecord(value) || acceptsObject(schema, value);
}

/** The same text for values that JSON Schema calls equal: the order of an object's keys says nothing. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isRecord(value)) return Object.is(value, -0) ? "0" : JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

function isOfType(value: unknown, type: Type): boolean {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isRecord(value);
  return type === "integer" ? Number.isInteger(value) : typeof value === type;
}

function acceptsNumber(schema: Schema, value: number): boolean {
  return (
    value >= (schema.minimum ?? Number.NEGATIVE_INFINITY) &&
    value <= (schema.maximum ?? Number.POSITIVE_INFINITY) &&
    value > (schema.exclusiveMinimum ?? Number.NEGATIVE_INFINITY) &&
    value < (schema.exclusiveMaximum ?? Number.POSITIVE_INFINITY) &&
    (schema.multipleOf === undefined || isMultiple(value, schema.multipleOf))
  );
}

function acceptsString({ minLength, maxLength, pattern, format }: Schema, value: string): boolean {
  const matches = [pattern, format].every((regex) => regex === undefined || regex.test(value));
  return matches && isWithin(Array.from(value).length, minLength, maxLength);
}

function acceptsArray(schema: Schema, value: unknown[]): boolean {
  const { prefixItems = [], items, minItems, maxItems, uniqueItems } = schema;
  if (uniqueItems && new Set(value.map(canonical)).size < value.length) return false;
  const fits = value.every((item, index) => {
    const own = prefixItems[index] ?? items;
    return own === undefined || accepts(own, item);
  });
  return fits && isWithin(value.length, minItems, maxItems);
}

function acceptsObject(schema: Schema, value: Record<string, unknown>): boolean {
  const { required = [], propertyNames } = schema;
  const names = Object.keys(value);
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    names.every((name) => propertyNames === undefined || accepts(propertyNames, name)) &&
    names.every((name) => propertySchemas(schema, name).every((part) => accepts(part, value[name]))) &&
    isWithin(names.length, schema.minProperties, schema.maxProperties)
  );
}

/** What one schema says of the property with that name. */
export function propertySchemas(schema: Schema, name: string): Schema[] {
  const declared = schema.properties?.get(name);
  const { patternProperty: at, additionalProperties } = schema;
  const found = [declared, at?.pattern.test(name) ? at.schema : undefined].filter(
    (part) => part !== undefined,
  );
  return found.length === 0 && additionalProperties ? [additionalProperties] : found;
}

function isWithin(count: number, min = 0, max = Number.POSITIVE_INFINITY): boolean {
  return count >= min && count <= max;
}
