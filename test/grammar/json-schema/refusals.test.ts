import { describe, expect, test } from "bun:test";
import { OvError, shorten } from "../../../src/errors.ts";
import { compileSchema } from "../../../src/grammar/json-schema/check.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";

function refusal(check: () => unknown): [code: string, param: string | null] | null {
  try {
    check();
    return null;
  } catch (error) {
    if (!(error instanceof OvError)) throw error;
    // A place deeper than a message has room for is cut there.
    expect(error.message).toContain(`"${error.param?.slice(0, 100)}`);
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
    ["multipleOf without bounds", { type: "number", multipleOf: 0.5, minimum: 0 }, ".multipleOf"],
    ["uniqueItems", { type: "array", uniqueItems: true }, ".uniqueItems"],
    ["not", object({ a: { not: { minLength: 3 } } }), ".properties.a.not"],
    ["if", { if: string, else: string }, ".if"],
    ["if, within", object({ a: { if: string, else: false } }), ".properties.a.if"],
    ["contains", { type: "array", contains: string }, ".contains"],
    ["dependentRequired", { dependentRequired: { a: ["b"] } }, ".dependentRequired"],
    ["dependentSchemas", { dependentSchemas: { a: {}, b: {} } }, ".dependentSchemas"],
    ["unevaluatedProperties", { unevaluatedProperties: string }, ".unevaluatedProperties"],
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
    ["a bound without an end", { type: "integer", maximum: 1e60 }, ".maximum"],
    [
      "a bound of endless digits",
      { type: "number", exclusiveMaximum: 0.1234567890123456 },
      ".exclusiveMaximum",
    ],
    ["a tiny bound", { type: "number", exclusiveMinimum: 1e-20 }, ".exclusiveMinimum"],
    ["many properties that cannot be counted", { type: "object", minProperties: 3 }, ".minProperties"],
    ["a large minItems", { type: "array", minItems: 100000 }, ".minItems"],
    ["a large minLength", { type: "string", minLength: 100000 }, ".minLength"],
    ["too many enum values", { enum: Array.from({ length: 1001 }, (_, index) => index) }, ".enum"],
    ["a constant beyond 2^53", JSON.parse('{"const":9007199254740993}'), ".const"],
    ["a listed value beyond 2^53", JSON.parse('{"enum":[1,-9007199254740993]}'), ".enum[1]"],
    ["infinity within a constant", { const: { a: [Number.POSITIVE_INFINITY] } }, ".const.a[0]"],
    ["look-ahead in a pattern", { pattern: "(?=a)" }, ".pattern"],
  ])("%s", (_, schema, place) => {
    expect(refusal(() => toStrictGrammar(schema, "s"))).toEqual(["unsupported_parameter", `s${place}`]);
  });
});

test("a value that was rounded is not quoted as if it had been sent", () => {
  const schema = JSON.parse('{"const":9007199254740993}');
  expect(() => toStrictGrammar(schema, "s")).toThrow(
    '"s.const" is not supported: a number beyond 2^53 cannot be listed: it is rounded when the request is read.',
  );
});

describe("a bound that was rounded is narrow enough for all that may have been sent", () => {
  test.each<[keyword: string, sent: string, held: bigint]>([
    ["maximum", "9007199254740993", 9007199254740991n],
    ["maximum", "999999999999999999", 10n ** 18n - 64n],
    ["exclusiveMaximum", "9007199254740993", 9007199254740991n],
    ["minimum", "9007199254740993", 9007199254740993n],
    ["minimum", "-9007199254740993", -9007199254740991n],
    ["maximum", "9223372036854775807", 2n ** 63n - 1n],
    ["minimum", "-9223372036854775808", -(2n ** 63n)],
    ["maximum", "18446744073709551615", 2n ** 64n - 1n],
  ])("%s %s", (keyword, sent, held) => {
    const whole = { type: "integer" };
    const read = toStrictGrammar({ ...whole, ...JSON.parse(`{"${keyword}":${sent}}`) }, "s");
    expect(read).toEqual(toStrictGrammar({ ...whole, [keyword]: held }, "s"));
  });
});

const lists = (depth: number): unknown => Array.from({ length: depth }).reduce((inner) => [inner], 1);

describe("size has a bound, which the refusal names", () => {
  const many = (count: number, schema: unknown = { maxLength: 1 }) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, schema]));
  const choices = { anyOf: Array.from({ length: 8 }, (_, index) => ({ minLength: index })) };
  const names = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => `${index}${"x".repeat(length)}`);
  test.each<[string, () => unknown, string]>([
    ["depth", () => nested(100), `s${".items".repeat(64)}`],
    ["depth of values", () => ({ default: lists(5000) }), `s.default${"[0]".repeat(256)}`],
    [
      "schemas",
      () =>
        object(
          Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`p${index}`, { maxLength: 1 }])),
        ),
      "s.properties.p1999",
    ],
    ["values", () => ({ enum: Array.from({ length: 1_000_000 }, (_, index) => index) }), "s.enum"],
    ["properties", () => object(many(1_000_000, true)), "s.properties.p19997"],
    ["text", () => ({ enum: names(900, 1000) }), "s.enum[498]"],
    ["the grammar's text", () => ({ enum: names(900, 300) }), "s"],
    [
      "choices that multiply",
      () => ({ type: "string", allOf: Array.from({ length: 6 }, () => structuredClone(choices)) }),
      "s",
    ],
    [
      "counts in a pattern",
      () => object({ a: { pattern: "^((ab{1,99}){1,99}c){1,99}$" } }),
      "s.properties.a.pattern",
    ],
    ["a pattern's length", () => ({ pattern: "a".repeat(5000) }), "s.pattern"],
    ["steps", () => ({ type: "string", pattern: `^(${"(a|b)?".repeat(200)}c){1,30}$` }), "s"],
  ])("%s", (_, toSchema, place) => {
    const schema = toSchema();
    for (const strict of [true, false]) {
      expect(refusal(() => compileSchema(schema, "s", { strict }))).toEqual([
        "invalid_request",
        shorten(place, 300),
      ]);
    }
  });

  test("what real tools need is within", () => {
    expect(refusal(() => toStrictGrammar(nested(60), "s"))).toBeNull();
    expect(refusal(() => toStrictGrammar(object(many(500, string)), "s"))).toBeNull();
    expect(refusal(() => toStrictGrammar({ enum: names(1000, 20) }, "s"))).toBeNull();
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
    expect(refusal(() => toStrictGrammar(schema, "s"))).toEqual(["invalid_request", `s${place}`]);
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
    expect(refusal(() => toStrictGrammar(schema, "s"))).toEqual(["invalid_request", "s"]);
  });
});
