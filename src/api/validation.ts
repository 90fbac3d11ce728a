import { type TSchema, TypeGuard } from "@sinclair/typebox";
import { Value, type ValueError } from "@sinclair/typebox/value";
import { OvError } from "../errors.ts";
import { quote } from "./refusal.ts";

/** The first thing wrong with a request's body, as a sentence that names the field, its value and what is expected. */
export function toInvalidRequest(schema: TSchema, body: unknown): OvError {
  const error = deepest(Value.Errors(schema, body).First());
  if (!error || error.path === "") {
    return new OvError("invalid_request", "The request body must be a JSON object.");
  }
  const param = toParam(error.path);
  const expected = describe(error.schema);
  const message =
    error.value === undefined
      ? `"${param}" is missing: it must be ${expected}.`
      : `"${param}" must be ${expected}, but is ${quote(error.value)}.`;
  return new OvError("invalid_request", message, { param });
}

/** Errors of a variant that are counted; a long list may have as many as it has items. */
const mostCounted = 20;

/**
 * A union's own error says little. The variant that the value comes nearest to knows what is wrong: one for values of its
 * type, the first error of which is of a bound rather than of a type, with the fewest errors.
 */
function deepest(error: ValueError | undefined): ValueError | undefined {
  if (!error) return undefined;
  const variants = error.errors.flatMap((variant) => {
    const [first, ...others] = Iterator.from(variant).take(mostCounted);
    const inner = deepest(first);
    if (inner === undefined || (isOtherType(inner) && !isBelow(inner, error))) return [];
    return { inner, distance: (isOtherType(inner) ? mostCounted : 0) + others.length };
  });
  const [nearest] = variants.sort((one, other) => one.distance - other.distance);
  return nearest?.inner ?? error;
}

function isBelow(inner: ValueError, outer: ValueError): boolean {
  return inner.path.length > outer.path.length;
}

/** Whether a value is not even of the type that the schema wants, whatever its bounds are. */
function isOtherType({ schema, value }: ValueError): boolean {
  if (value === undefined) return false;
  if (TypeGuard.IsInteger(schema) || TypeGuard.IsNumber(schema)) return typeof value !== "number";
  if (TypeGuard.IsString(schema)) return typeof value !== "string";
  if (TypeGuard.IsArray(schema)) return !Array.isArray(value);
  return true;
}

/** `/messages/0/role` -> `messages[0].role` */
function toParam(pointer: string): string {
  const [, ...keys] = pointer.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return keys.map((key, index) => (/^\d+$/.test(key) ? `[${key}]` : index === 0 ? key : `.${key}`)).join("");
}

function describe(schema: TSchema): string {
  if (TypeGuard.IsUnion(schema)) {
    const variants = schema.anyOf.filter((variant) => !TypeGuard.IsNull(variant));
    const literals = variants.flatMap((variant) =>
      TypeGuard.IsLiteral(variant) ? [`"${variant.const}"`] : [],
    );
    return literals.length > 0
      ? `one of ${literals.join(", ")}`
      : [...new Set(variants.map(describe))].join(" or ");
  }
  if (TypeGuard.IsInteger(schema)) return `a whole number${range(schema)}`;
  if (TypeGuard.IsNumber(schema)) return `a number${range(schema)}`;
  if (TypeGuard.IsBoolean(schema)) return "true or false";
  if (TypeGuard.IsString(schema)) {
    const { minLength = 0, maxLength, pattern } = schema;
    if (pattern !== undefined) return `a string that matches ${pattern}`;
    if (maxLength === undefined && minLength > 0) return "a string that is not empty";
    return `a string${maxLength === undefined ? "" : ` of ${minLength} to ${maxLength} characters`}`;
  }
  if (TypeGuard.IsArray(schema)) {
    const { minItems, maxItems } = schema;
    if (minItems !== undefined) return `a list with at least ${minItems} item`;
    return maxItems === undefined ? "a list" : `a list of at most ${maxItems} items`;
  }
  return schema.format === "binary" ? "a file" : "an object";
}

function range({ minimum, maximum, exclusiveMinimum }: TSchema): string {
  if (exclusiveMinimum !== undefined) return ` above ${exclusiveMinimum} and at most ${maximum}`;
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  return minimum === undefined ? "" : ` of ${minimum} or more`;
}
