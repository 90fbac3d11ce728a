import type { Regex } from "../regex/compile.ts";

export const types = ["null", "boolean", "integer", "number", "string", "array", "object"] as const;
export type Type = (typeof types)[number];

/** A JSON Schema as read: every keyword in it is one that the answer will be held to. */
export interface Schema {
  /** Where it stands in the request. */
  readonly param: string;
  /** The schema `false`, which no value satisfies. */
  isFalse?: boolean;
  types?: readonly Type[];
  /** `enum` and `const`: the values by their canonical text. */
  values?: ReadonlyMap<string, unknown>;
  const?: ReadonlyMap<string, unknown>;
  minimum?: number | bigint;
  maximum?: number | bigint;
  exclusiveMinimum?: number | bigint;
  exclusiveMaximum?: number | bigint;
  multipleOf?: number;
  minLength?: number;
  maxLength?: number;
  pattern?: Regex;
  format?: Regex;
  properties?: ReadonlyMap<string, Schema>;
  patternProperty?: { pattern: Regex; schema: Schema };
  additionalProperties?: Schema;
  propertyNames?: Schema;
  required?: readonly string[];
  minProperties?: number;
  maxProperties?: number;
  prefixItems?: readonly Schema[];
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  /** What must hold as well: `$ref` and `allOf`. */
  also?: readonly Schema[];
  anyOf?: readonly Schema[];
  oneOf?: readonly Schema[];
  /** What must not hold: for listed values alone. */
  not?: Schema;
  /** `unevaluatedProperties: false`: an object that names no property has none. */
  isSealed?: boolean;
}
