import { accepts, propertySchemas } from "./accepts.ts";
import { type Schema, type Type, types } from "./schema.ts";

/** Schemas of which one must hold; with `isExclusive` no second one may. */
export interface Union {
  id: string;
  param: string;
  branches: readonly Schema[];
  isExclusive: boolean;
}

/** What must hold of one value all at once: schemas without what they refer to, and the unions left to decide. */
export interface Conjunction {
  schemas: readonly Schema[];
  unions: readonly Union[];
}

export const noCondition: Conjunction = { schemas: [], unions: [] };

/** The conjunction with one more schema and all that this one demands with `$ref` and `allOf`. */
export function add({ schemas, unions }: Conjunction, schema: Schema): Conjunction {
  if (schemas.includes(schema)) return { schemas, unions };
  const own = [toUnion(schema, "anyOf", schema.anyOf), toUnion(schema, "oneOf", schema.oneOf)];
  const extended = { schemas: [...schemas, schema], unions: [...unions, ...own.flat()] };
  return (schema.also ?? []).reduce(add, extended);
}

function toUnion(schema: Schema, keyword: string, branches: readonly Schema[] | undefined): Union[] {
  const param = `${schema.param}.${keyword}`;
  return branches ? [{ id: param, param, branches, isExclusive: keyword === "oneOf" }] : [];
}

/** The types that are left; where `number` is, `integer` is in it. */
export function typesOf(schemas: readonly Schema[]): Type[] {
  return types.filter((type) =>
    schemas.every(({ types: allowed }) => {
      return !allowed || allowed.includes(type) || (type === "integer" && allowed.includes("number"));
    }),
  );
}

/** The values of `enum` and `const` that satisfy everything, or null where none are listed. */
export function valuesOf({ schemas }: Conjunction): unknown[] | null {
  const lists = schemas.flatMap(({ values, const: only }) =>
    [values, only].filter((list) => list !== undefined),
  );
  const [first] = lists;
  if (!first) return null;
  return [...first.values()].filter((value) => schemas.every((schema) => accepts(schema, value)));
}

export interface Names {
  declared: string[];
  required: Set<string>;
  /** Whether properties that no schema names are written. */
  hasExtras: boolean;
}

/**
 * The properties that an object may get. Ones that no schema names only where `additionalProperties` asks for them, or
 * where nothing else is said: a small model would invent them, and an object without them is always valid.
 */
export function namesOf(schemas: readonly Schema[]): Names {
  const required = new Set(schemas.flatMap((schema) => schema.required ?? []));
  const declared = schemas.flatMap(({ properties }) => [...(properties?.keys() ?? [])]);
  const isClosed = schemas.some(
    ({ additionalProperties, patternProperty }) => additionalProperties?.isFalse && !patternProperty,
  );
  const isAsked = schemas.some(
    ({ additionalProperties, patternProperty }) => additionalProperties ?? patternProperty,
  );
  const isBare = schemas.every(({ properties, isSealed }) => properties === undefined && !isSealed);
  return {
    declared: [...new Set([...declared, ...required])],
    required,
    hasExtras: !isClosed && (isAsked || isBare),
  };
}

/** All that holds of the property with that name. */
export function propertyOf(schemas: readonly Schema[], name: string): Schema[] {
  const isNamed = schemas.every(({ propertyNames }) => !propertyNames || accepts(propertyNames, name));
  const found = schemas.flatMap((schema) => propertySchemas(schema, name));
  return isNamed ? found : [{ param: name, isFalse: true }];
}
