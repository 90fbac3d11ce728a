import { describe, expect, test } from "bun:test";
import { OvError } from "../../../src/errors.ts";
import { checkSchema } from "../../../src/grammar/json-schema/check.ts";

function refusal(check: () => unknown): [code: string, param: string | null] | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof OvError)) throw error;
    expect(error.message).toContain(`"${error.param}"`);
    return [error.code, error.param];
  }
}

const string = { type: "string" };
const integer = { type: "integer" };
const object = (properties: object, rest: object = {}) => ({ type: "object", properties, ...rest });
const nested = (depth: number): unknown =>
  depth === 0 ? integer : { type: "array", items: nested(depth - 1) };

describe("what cannot be enforced is refused by name and place", () => {
  test.each<[string, unknown, string]>([
    ["multipleOf", object({ age: { type: "integer", multipleOf: 5 } }), ".properties.age.multipleOf"],
    ["multipleOf of a number", { type: "number", multipleOf: 1 }, ".multipleOf"],
    ["uniqueItems", { type: "array", uniqueItems: true }, ".uniqueItems"],
    ["not", object({ a: { not: { type: "string" } } }), ".properties.a.not"],
    ["if", { if: string, else: string }, ".if"],
    ["contains", { type: "array", contains: string }, ".contains"],
    ["dependentRequired", { dependentRequired: { a: ["b"] } }, ".dependentRequired"],
    ["dependentSchemas", { dependentSchemas: { a: {}, b: {} } }, ".dependentSchemas"],
    ["unevaluatedProperties", object({}, { unevaluatedProperties: false }), ".unevaluatedProperties"],
    ["unevaluatedItems", { unevaluatedItems: false }, ".unevaluatedItems"],
    ["$dynamicRef", { $dynamicRef: "#a" }, ".$dynamicRef"],
    ["$id within", { properties: { a: { $id: "x" } } }, ".properties.a.$id"],
    ["an unknown keyword", { typo: 1 }, ".typo"],
    [
      "an unknown keyword in a definition in use",
      { $defs: { x: { typ: 1 } }, $ref: "#/$defs/x" },
      ".$defs.x.typ",
    ],
    ["an unknown keyword in a tuple", { prefixItems: [true, { oops: 1 }] }, ".prefixItems[1].oops"],
    ["an unknown format", { type: "string", format: "weird" }, ".format"],
    ["a remote reference", { $ref: "https://example.com/x" }, ".$ref"],
    ["an anchor", { $ref: "#name" }, ".$ref"],
    ["two patterns", { allOf: [{ pattern: "a" }, { pattern: "b" }] }, ".allOf[1]"],
    ["two patterns of properties", { patternProperties: { a: true, b: true } }, ".patternProperties"],
    [
      "a pattern that covers a named property",
      object({ ab: integer }, { patternProperties: { "^a": string } }),
      ".patternProperties",
    ],
    ["a pattern with lengths it hides", { pattern: "a.*b.*c", minLength: 9 }, ""],
    ["oneOf whose branches may hold at once", { oneOf: [{ type: "string" }, { minLength: 2 }] }, ".oneOf"],
    ["oneOf of open objects", { oneOf: [object({ a: true }), object({ b: true })] }, ".oneOf"],
    ["a bound beyond exact integers", { type: "integer", maximum: 1e30 }, ".maximum"],
    ["a bound of endless digits", { type: "number", maximum: 0.1234567890123456 }, ".maximum"],
    ["a tiny bound", { type: "number", exclusiveMinimum: 1e-20 }, ".exclusiveMinimum"],
    ["many properties that cannot be counted", { type: "object", minProperties: 3 }, ".minProperties"],
    ["a large minItems", { type: "array", minItems: 100000 }, ".minItems"],
    ["a large minLength", { type: "string", minLength: 100000 }, ".minLength"],
    ["too many enum values", { enum: Array.from({ length: 1001 }, (_, index) => index) }, ".enum"],
    ["look-ahead in a pattern", { pattern: "(?=a)" }, ".pattern"],
  ])("%s", (_, schema, place) => {
    expect(refusal(() => checkSchema(schema, "s"))).toEqual(["unsupported_parameter", `s${place}`]);
  });

  test("depth and size have an end", () => {
    expect(refusal(() => checkSchema(nested(60), "s"))).toBeNull();
    expect(refusal(() => checkSchema(nested(500), "s"))?.[0]).toBe("unsupported_parameter");
    const wide = object(
      Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p${index}`, { maxLength: 1 }])),
    );
    expect(refusal(() => checkSchema(wide, "s"))?.[0]).toBe("unsupported_parameter");
    const choices = { anyOf: Array.from({ length: 8 }, (_, index) => ({ minLength: index })) };
    const product = { type: "string", allOf: Array.from({ length: 6 }, () => structuredClone(choices)) };
    expect(refusal(() => checkSchema(product, "s"))).toEqual(["unsupported_parameter", "s"]);
  });
});

describe("what is wrong is refused by place", () => {
  test.each<[string, unknown, string]>([
    ["no schema", null, ""],
    ["a list", [], ""],
    ["a text", "string", ""],
    ["an unknown type", object({ a: { type: "text" } }), ".properties.a.type"],
    ["no type in the list", { type: [] }, ".type"],
    ["properties as a list", { properties: [] }, ".properties"],
    ["a property that is no schema", { properties: { "a b": 1 } }, '.properties["a b"]'],
    ["required as of draft 3", { properties: { a: { required: true } } }, ".properties.a.required"],
    ["an empty enum", { enum: [] }, ".enum"],
    ["an enum that is no list", { enum: "a" }, ".enum"],
    ["an inexact integer", { enum: [1, 2 ** 60] }, ".enum[1]"],
    ["infinity within a const", { const: { a: [Number.POSITIVE_INFINITY] } }, ".const[0].a[0]"],
    ["an infinite bound in JSON", JSON.parse('{"minimum":"1"}'), ".minimum"],
    ["a negative length", { minLength: -1 }, ".minLength"],
    ["half an item", { maxItems: 1.5 }, ".maxItems"],
    ["anyOf of nothing", { anyOf: [] }, ".anyOf"],
    ["allOf of a text", { allOf: ["a"] }, ".allOf[0]"],
    ["a reference to nothing", { properties: { a: { $ref: "#/$defs/b" } } }, ".properties.a.$ref"],
    ["a reference that is no text", { $ref: 1 }, ".$ref"],
    ["a broken escape in a reference", { $ref: "#/%zz" }, ".$ref"],
    ["a reference to itself", { $ref: "#" }, ""],
    [
      "a choice of itself",
      { $defs: { a: { anyOf: [{ $ref: "#/$defs/a" }, string] } }, $ref: "#/$defs/a" },
      ".$defs.a",
    ],
    ["a broken pattern", { pattern: "(" }, ".pattern"],
    ["uniqueItems of a number", { uniqueItems: 1 }, ".uniqueItems"],
    ["multipleOf zero", { multipleOf: 0 }, ".multipleOf"],
  ])("%s", (_, schema, place) => {
    expect(refusal(() => checkSchema(schema, "s"))).toEqual(["invalid_request", `s${place}`]);
  });

  test.each<[string, unknown]>([
    ["false", false],
    ["minimum above maximum", { type: "integer", minimum: 3, maximum: 2 }],
    ["no integer between", { type: "integer", minimum: 0.2, maximum: 0.8 }],
    ["an open range of one", { type: "number", minimum: 1, exclusiveMaximum: 1 }],
    ["minLength above maxLength", { type: "string", minLength: 3, maxLength: 2 }],
    ["a pattern shorter than minLength", { type: "string", pattern: "^ab$", minLength: 3 }],
    ["minItems above maxItems", { type: "array", minItems: 3, maxItems: 2 }],
    ["a tuple shorter than minItems", { type: "array", prefixItems: [true], items: false, minItems: 2 }],
    ["an enum of another type", { type: "integer", enum: ["a"] }],
    ["types that exclude one another", { allOf: [string, integer] }],
    ["const that is not in enum", { const: 3, enum: [1, 2] }],
    ["a required property that may not be", object({}, { required: ["a"], additionalProperties: false })],
    ["a required property that is false", object({ a: false }, { required: ["a"] })],
    [
      "more properties than there are",
      object({ a: true }, { minProperties: 2, additionalProperties: false }),
    ],
    [
      "an object within itself for ever",
      { type: "object", properties: { a: { $ref: "#" } }, required: ["a"] },
    ],
    ["not of everything", { not: {} }],
  ])("nothing satisfies %s", (_, schema) => {
    expect(refusal(() => checkSchema(schema, "s"))).toEqual(["invalid_request", "s"]);
  });
});
