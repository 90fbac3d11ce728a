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
      [define("a", { type: "list" })],
      "tools[0].schema.type",
      "object",
    ],
    [
      "a schema that cannot be held to",
      {},
      [define("a", { type: "object", not: { minProperties: 1 } })],
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
