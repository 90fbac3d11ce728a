import { describe, expect, test } from "bun:test";
import { createSchemaCompiler } from "../../../src/grammar/json-schema/compiled.ts";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";

const toSchema = (name: string) => ({ type: "object", properties: { [name]: { type: "string" } } });

function createStrictCompiler() {
  const compile = createSchemaCompiler();
  return (schema: unknown, param: string) => compile(schema, param, { strict: true }).grammar;
}

test("a schema is compiled once, wherever it stands", () => {
  const compile = createStrictCompiler();
  const first = compile(toSchema("city"), "tools[0]");
  expect(first).toEqual(toStrictGrammar(toSchema("city"), "tools[0]"));
  expect(compile(toSchema("city"), "tools[1]")).toBe(first);
  expect(compile(toSchema("town"), "tools[0]")).not.toEqual(first);
});

test("properties in another order are another schema", () => {
  const compile = createStrictCompiler();
  const [a, b] = [{ type: "string" }, { type: "integer" }];
  const first = compile({ type: "object", properties: { a, b }, required: ["a", "b"] }, "tools[0]");
  const second = compile({ type: "object", properties: { b, a }, required: ["a", "b"] }, "tools[0]");
  expect(second).not.toEqual(first);
});

test("a refusal names its place each time", () => {
  const compile = createStrictCompiler();
  for (const param of ["tools[0]", "tools[7]"]) {
    const refused = expect.objectContaining({ param: expect.stringContaining(param) });
    expect(() => compile({ type: "array", uniqueItems: true }, param)).toThrow(refused);
  }
});

test("what it keeps is bounded: the oldest is compiled again", () => {
  const compile = createStrictCompiler();
  const first = compile(toSchema("first"), "tools[0]");
  const long = "x".repeat(20_000);
  for (let index = 0; index < 150; index += 1) compile(toSchema(`${long}${index}`), "tools[0]");
  const again = compile(toSchema("first"), "tools[0]");
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});

describe("a compiler that may widen", () => {
  const odd = { type: "object", properties: { at: { type: "string", format: "cron" } } };

  test("keeps what it widened, and strict schemas apart", () => {
    const compile = createSchemaCompiler();
    const loose = compile(odd, "tools[0]", { strict: false });
    expect(loose.widened.map(({ at }) => at)).toEqual(["tools[0].properties.at.format"]);
    expect(compile(odd, "tools[0]", { strict: false })).toBe(loose);
    expect(() => compile(odd, "tools[0]", { strict: true })).toThrow(
      expect.objectContaining({ param: "tools[0].properties.at.format" }),
    );
    expect(compile(toSchema("a"), "t", { strict: true }).widened).toEqual([]);
  });

  test("names the place where the schema stands now", () => {
    const compile = createSchemaCompiler();
    compile(odd, "tools[0]", { strict: false });
    const [widened] = compile(odd, "tools[7]", { strict: false }).widened;
    expect(widened?.at).toBe("tools[7].properties.at.format");
  });

  test("refuses a schema that is too large before it is written out as a key", () => {
    const compile = createSchemaCompiler();
    expect(() => compile({ enum: Array(2_000_000).fill(1) }, "s", { strict: false })).toThrow(
      "2000000 items",
    );
  });
});
