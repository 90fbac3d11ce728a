import { describe, expect, test } from "bun:test";
import { createSchemaValidator, type Verdict } from "../../src/serving/schema-validator.ts";

const validate = createSchemaValidator();
const valid: Verdict = { type: "valid" };
const unknown: Verdict = { type: "unknown" };
const missed = (keyword: string): Verdict => ({ type: "missed", keyword });

/** `a0` means itself twice as `a1`, and so on: 2 to the 40th checks. */
const doubling = {
  $ref: "#/$defs/a0",
  $defs: Object.fromEntries(
    Array.from({ length: 40 }, (_, at) => {
      const next = { $ref: `#/$defs/a${at + 1}` };
      return [`a${at}`, at === 39 ? { type: "string" } : { anyOf: [next, next] }];
    }),
  ),
};

describe("a JSON text against a schema", () => {
  test.each<[string, unknown, string, Verdict]>([
    ["keeps it", { type: "object", required: ["a"] }, '{"a": 1}', valid],
    ["misses a keyword", { multipleOf: 3 }, "7", missed("multipleOf")],
    ["is a multiple although its quotient is not exact", { multipleOf: 0.01 }, "0.07", valid],
    [
      "misses what a property asks for",
      { properties: { a: { not: { type: "null" } } } },
      '{"a":null}',
      missed("not"),
    ],
    [
      "keeps draft-07",
      { $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "null" }] },
      "[null]",
      valid,
    ],
    ["misses draft-07", { items: [{ type: "null" }] }, "[1]", missed("type")],
    ["misses 2020-12", { prefixItems: [{ type: "null" }] }, "[1]", missed("type")],
    [
      "misses unevaluatedProperties",
      { allOf: [{ properties: { a: {} } }], unevaluatedProperties: false },
      '{"b":1}',
      missed("unevaluatedProperties"),
    ],
    ["keeps nullable of OpenAPI", { type: "string", nullable: true }, "null", valid],
    ["misses a format", { type: "integer", format: "int32" }, "3000000000", missed("format")],
    ["keeps a format that nobody knows", { type: "string", format: "phone" }, '"x"', valid],
    ["misses a pattern", { type: "string", pattern: "^a+$" }, '"b"', missed("pattern")],
    ["is no JSON", { type: "object" }, '{"a":', missed("type")],
  ])("%s", (_, schema, json, verdict) => expect(validate(schema, json)).toEqual(verdict));

  test.each<[string, unknown]>([
    ["asks for a type that there is not", { type: "any" }],
    ["is sloppy", { required: null, minLength: "3" }],
    ["refers to another document", { $ref: "https://example.com/schema.json" }],
    ["refers to nothing", { $ref: "#/$defs/x" }],
    ["has a pattern that looks ahead", { pattern: "^(?!a)" }],
    ["refers to the value it describes", { $ref: "#" }],
    ["is too large", { enum: Array(20_000).fill("x") }],
  ])("that %s is not checked", (_, schema) => expect(validate(schema, '"a"')).toEqual(unknown));

  test("that would take for ever is given up, and not tried again", () => {
    expect(validate(doubling, "1")).toEqual(unknown);
    // Of this process: a machine that stands still meanwhile adds nothing.
    const before = process.cpuUsage();
    for (let count = 0; count < 100; count += 1) expect(validate(doubling, "1")).toEqual(unknown);
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2000);
  });

  test("with a pattern that JavaScript's own matcher would try for ever is checked", () => {
    const json = JSON.stringify(`${"a".repeat(40)}b`);
    expect(validate({ pattern: "^(a+)+$" }, json)).toEqual(missed("pattern"));
  });

  test("that is too long is not checked", () => {
    expect(validate({ type: "string" }, JSON.stringify("a".repeat(30_000)))).toEqual(unknown);
  });
});
