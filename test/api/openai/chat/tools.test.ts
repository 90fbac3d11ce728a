import { describe, expect, test } from "bun:test";
import { readTools } from "../../../../src/api/openai/chat/foreign-tools.ts";
import type { ChatCompletionRequest } from "../../../../src/api/openai/chat/request.ts";
import { isLegacy, toTextRequest } from "../../../../src/api/openai/chat/to-text-request.ts";
import { toToolChoice } from "../../../../src/generate/tools/choice.ts";

const parameters = { type: "object", properties: { x: { type: "integer" } } };
const functions = [{ name: "one", description: "First.", parameters }, { name: "two" }];
const tools = functions.map((one) => ({ type: "function" as const, function: one }));
const messages: ChatCompletionRequest["messages"] = [{ role: "user", content: "Hi" }];

/** As a plan reads it. */
function plan(extra: Partial<ChatCompletionRequest>) {
  const request = { messages, ...extra };
  return { ...toToolChoice(toTextRequest(request)), legacy: isLegacy(request) };
}
const named = (name: string) => ({ type: "function" as const, function: { name } });
const allowed = (mode: "auto" | "required", ...names: string[]) => ({
  type: "allowed_tools" as const,
  allowed_tools: { mode, tools: names.map(named) },
});

const wishes: [string, Partial<ChatCompletionRequest>, string[], Record<string, boolean>][] = [
  ["no tools", {}, [], { required: false }],
  ["an empty list", { tools: [] }, [], { required: false }],
  ["auto by default", { tools }, ["one", "two"], { required: false, parallel: true, legacy: false }],
  ["auto", { tools, tool_choice: "auto" }, ["one", "two"], { required: false }],
  ["required", { tools, tool_choice: "required" }, ["one", "two"], { required: true, parallel: false }],
  [
    "required, several",
    { tools, tool_choice: "required", parallel_tool_calls: true },
    ["one", "two"],
    { required: true, parallel: true },
  ],
  ["none", { tools, tool_choice: "none" }, [], { required: false }],
  ["named", { tools, tool_choice: named("two") }, ["two"], { required: true }],
  ["allowed, auto", { tools, tool_choice: allowed("auto", "two") }, ["two"], { required: false }],
  ["allowed, required", { tools, tool_choice: allowed("required", "one") }, ["one"], { required: true }],
  ["one at a time", { tools, parallel_tool_calls: false }, ["one", "two"], { parallel: false }],
  ["functions", { functions }, ["one", "two"], { required: false, parallel: false, legacy: true }],
  ["function_call", { functions, function_call: { name: "one" } }, ["one"], { required: true, legacy: true }],
  ["function_call none", { functions, function_call: "none" }, [], { required: false }],
  ["tools before functions", { tools, functions }, ["one", "two"], { legacy: false }],
];

describe("the tools of a chat request", () => {
  for (const [name, request, callable, rest] of wishes) {
    test(name, () => {
      const choice = plan(request);
      expect(choice.callable.map((tool) => tool.name)).toEqual(callable);
      expect(choice).toMatchObject(rest);
    });
  }

  test("the prompt names all tools, whichever may be called", () => {
    const { tools: told } = plan({ tools, tool_choice: named("two") });
    expect(told.map(({ name }) => name)).toEqual(["one", "two"]);
    expect(told[0]).toMatchObject({ name: "one", description: "First.", parameters });
  });

  const search = { type: "web_search", search_context_size: "low" };
  const custom = { type: "custom", custom: { name: "code" } };

  test.each<[string, Partial<ChatCompletionRequest>, string[]]>([
    ["the model may choose", { tools: [search, ...tools, custom] }, ["one", "two"]],
    ["no tool may be called", { tools: [search], tool_choice: "none" }, []],
    ["a function must be called", { tools: [search, ...tools], tool_choice: named("two") }, ["two"]],
    ["some are allowed", { tools: [...tools, search], tool_choice: allowed("auto", "one") }, ["one"]],
  ])("tools that are no functions are left out where %s, with a warning", (_, request, callable) => {
    expect(plan(request).callable.map(({ name }) => name)).toEqual(callable);
    expect(readTools(request).warning).toContain('"web_search"');
  });

  test("there is no warning where there are functions alone", () => {
    expect(readTools({ tools }).warning).toBeNull();
  });

  const refused: [string, Partial<ChatCompletionRequest>, string, string][] = [
    ["a search alone", { tools: [search] }, "tools[0].type", '"web_search"'],
    ["a custom tool alone", { tools: [custom] }, "tools[0].type", "free text"],
    [
      "a search beside functions where a call must be made",
      { tools: [...tools, search], tool_choice: "required" },
      "tools[2]",
      '"web_search"',
    ],
    [
      "the choice of a search",
      { tools: [...tools, search], tool_choice: search },
      "tool_choice",
      '"web_search"',
    ],
    ["the choice of a custom tool", { tools, tool_choice: custom }, "tool_choice", "free text"],
    ["a function that is missing", { tools: [{ type: "function" }] }, "tools[0].function", "missing"],
    ["a name that is no tool's", { tools, tool_choice: named("three") }, "tool_choice", '"one", "two"'],
    ["required without tools", { tool_choice: "required" }, "tool_choice", "no tools"],
    ["named without tools", { tool_choice: named("one") }, "tool_choice", "no tools"],
    ["two of one name", { tools: [...tools, ...tools] }, "tools[2].function.name", "two tools"],
    [
      "a strict schema that cannot be held to",
      {
        tools: [
          {
            type: "function",
            function: { name: "a", strict: true, parameters: { type: "object", not: { minProperties: 1 } } },
          },
        ],
      },
      "tools[0].function.parameters",
      "not",
    ],
    [
      "parameters that are no object's",
      { tools: [{ type: "function", function: { name: "a", parameters: { type: "string" } } }] },
      "tools[0].function.parameters",
      "object",
    ],
  ];
  for (const [name, request, param, said] of refused) {
    test(`refuses ${name}`, () => {
      expect(() => plan(request)).toThrow(
        expect.objectContaining({
          param: expect.stringContaining(param),
          message: expect.stringContaining(said),
        }),
      );
    });
  }
});
