import { describe, expect, test } from "bun:test";
import type { ToolDefinition, ToolWish } from "../../../src/generate/request.ts";
import { toToolChoice } from "../../../src/generate/tools/choice.ts";
import { auto, define } from "../text-request.ts";

const parameters = { type: "object", properties: { x: { type: "integer" } } };
const tools = [define("one", parameters, { description: "First." }), define("two", null, { at: "tools[1]" })];
const choose = (wish: Partial<ToolWish>, given: ToolDefinition[] = tools) =>
  toToolChoice({ tools: given, toolChoice: { ...auto, ...wish } });

const wishes: [string, Partial<ToolWish>, string[], Record<string, boolean>][] = [
  ["auto", {}, ["one", "two"], { required: false, parallel: true }],
  ["required", { mode: "required" }, ["one", "two"], { required: true, parallel: false }],
  ["required, several", { mode: "required", parallel: true }, ["one", "two"], { parallel: true }],
  ["none", { mode: "none" }, [], { required: false }],
  ["some, auto", { names: ["two"] }, ["two"], { required: false }],
  ["some, required", { mode: "required", names: ["one"] }, ["one"], { required: true }],
  ["one at a time", { parallel: false }, ["one", "two"], { parallel: false }],
];

describe("which tools may be called", () => {
  for (const [name, wish, callable, rest] of wishes) {
    test(name, () => {
      const choice = choose(wish);
      expect(choice.callable.map((tool) => tool.name)).toEqual(callable);
      expect(choice).toMatchObject(rest);
    });
  }

  test("the prompt names all tools, whichever may be called", () => {
    const { tools: told } = choose({ mode: "required", names: ["two"] });
    expect(told.map(({ name }) => name)).toEqual(["one", "two"]);
    expect(told[0]).toMatchObject({ name: "one", description: "First.", parameters });
    expect(told[1]?.parameters).toEqual({ type: "object", properties: {} });
  });

  const odd = {
    type: "object",
    properties: { x: { type: "array", uniqueItems: true, items: { not: { minLength: 3 } } } },
  };

  test("a schema that cannot be held to is widened for a tool that is not strict, and noted", () => {
    const { loose, tools: told } = choose({}, [define("a", odd), define("b", parameters)]);
    expect(told.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(loose).toMatchObject([{ tool: "a", schema: odd }]);
    expect(loose[0]?.widened.map(({ at, keyword }) => [at, keyword])).toEqual([
      ["tools[0].schema.properties.x.items.not", "not"],
      ["tools[0].schema.properties.x.uniqueItems", "uniqueItems"],
    ]);
  });

  test("is refused of a strict tool alone, whatever the others ask for", () => {
    const strict = define("b", odd, { strict: true, at: "tools[1]", schemaAt: "tools[1].schema" });
    expect(() => choose({}, [define("a", odd), strict])).toThrow(
      expect.objectContaining({ param: expect.stringMatching(/^tools\[1\]\.schema\.properties\.x/) }),
    );
  });

  const sloppy = [
    { type: "any" },
    { type: null },
    { type: ["object", "null"] },
    { oneOf: [{ required: ["x"] }] },
    {},
  ];
  test.each(sloppy)("arguments are an object, however a sloppy schema puts it: %j", (schema) => {
    expect(choose({}, [define("a", schema)]).callable).toHaveLength(1);
  });

  const refused: [string, Partial<ToolWish>, ToolDefinition[], string, string][] = [
    ["a name that is no tool's", { names: ["three"] }, tools, "choice", '"one", "two"'],
    ["required without tools", { mode: "required" }, [], "choice", "no tools"],
    [
      "two of one name",
      {},
      [...tools, define("one", null, { at: "tools[2]" })],
      "tools[2].name",
      "two tools",
    ],
    [
      "parameters that are no object's",
      {},
      [define("a", { type: "array" })],
      "tools[0].schema.type",
      "object",
    ],
    [
      "strict parameters of no type",
      {},
      [define("a", { type: "any" }, { strict: true })],
      "tools[0].schema.type",
      "any",
    ],
    [
      "a strict schema that cannot be held to",
      {},
      [define("a", { type: "object", not: { minProperties: 1 } }, { strict: true })],
      "tools[0].schema.not",
      "not",
    ],
  ];
  for (const [name, wish, given, param, words] of refused) {
    test(`refuses ${name}`, () => {
      const error = { param, message: expect.stringContaining(words) };
      expect(() => choose(wish, given)).toThrow(expect.objectContaining(error));
    });
  }
});
