import { expect, test } from "bun:test";
import { checkSchema } from "../../../src/grammar/json-schema/check.ts";
import { createSchemaCompiler } from "../../../src/grammar/json-schema/compiled.ts";

const toSchema = (name: string) => ({ type: "object", properties: { [name]: { type: "string" } } });

test("a schema is compiled once, wherever it stands", () => {
  const compile = createSchemaCompiler();
  const first = compile(toSchema("city"), "tools[0]");
  expect(first).toEqual(checkSchema(toSchema("city"), "tools[0]"));
  expect(compile(toSchema("city"), "tools[1]")).toBe(first);
  expect(compile(toSchema("town"), "tools[0]")).not.toEqual(first);
});

test("properties in another order are another schema", () => {
  const compile = createSchemaCompiler();
  const [a, b] = [{ type: "string" }, { type: "integer" }];
  const first = compile({ type: "object", properties: { a, b }, required: ["a", "b"] }, "tools[0]");
  const second = compile({ type: "object", properties: { b, a }, required: ["a", "b"] }, "tools[0]");
  expect(second).not.toEqual(first);
});

test("a refusal names its place each time", () => {
  const compile = createSchemaCompiler();
  for (const param of ["tools[0]", "tools[7]"]) {
    const refused = expect.objectContaining({ param: expect.stringContaining(param) });
    expect(() => compile({ type: "array", uniqueItems: true }, param)).toThrow(refused);
  }
});

test("what it keeps is bounded: the oldest is compiled again", () => {
  const compile = createSchemaCompiler();
  const first = compile(toSchema("first"), "tools[0]");
  const long = "x".repeat(20_000);
  for (let index = 0; index < 150; index += 1) compile(toSchema(`${long}${index}`), "tools[0]");
  const again = compile(toSchema("first"), "tools[0]");
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});
