import { describe, expect, test } from "bun:test";
import { nameSkipped } from "../../../../src/api/ignored.ts";
import { readCustomInput, toCustomArguments } from "../../../../src/api/openai/responses/custom-input.ts";
import { toTools, toToolWish } from "../../../../src/api/openai/responses/to-tools.ts";
import type { ResponseTool, ResponseToolChoice } from "../../../../src/api/openai/responses/tools.ts";
import { toToolChoice } from "../../../../src/generate/tools/choice.ts";

describe("tools", () => {
  test("are functions, flat", () => {
    const parameters = { type: "object", properties: {} };
    const tools: ResponseTool[] = [
      { type: "function", name: "f", description: "Does.", parameters, strict: true },
      { type: "function", name: "g", parameters: null, strict: null },
    ];
    expect(toTools(tools).definitions).toEqual([
      {
        name: "f",
        description: "Does.",
        schema: parameters,
        strict: true,
        at: "tools[0]",
        schemaAt: "tools[0].parameters",
      },
      {
        name: "g",
        description: null,
        schema: null,
        strict: false,
        at: "tools[1]",
        schemaAt: "tools[1].parameters",
      },
    ]);
  });

  test("of a namespace get one name each, and are known by it", () => {
    const f = { type: "function", name: "f" };
    const { definitions, offered } = toTools([
      {
        type: "namespace",
        name: "agents",
        description: "All agents",
        tools: [f, { ...f, name: "g", description: "G" }],
      },
      { type: "namespace", name: "mcp__s__", tools: [f] },
      { type: "namespace", name: "empty" },
      f,
    ]);
    expect(definitions.map(({ name, description, at }) => [name, description, at])).toEqual([
      ["agents__f", "All agents", "tools[0].tools[0]"],
      ["agents__g", "G", "tools[0].tools[1]"],
      ["mcp__s__f", null, "tools[1].tools[0]"],
      ["f", null, "tools[3]"],
    ]);
    expect([...offered]).toEqual([
      ["agents__f", { type: "function", name: "f", namespace: "agents" }],
      ["agents__g", { type: "function", name: "g", namespace: "agents" }],
      ["mcp__s__f", { type: "function", name: "f", namespace: "mcp__s__" }],
      ["f", { type: "function", name: "f", namespace: null }],
    ]);
  });

  test("that OpenAI runs are skipped and named", () => {
    const { definitions, skipped } = toTools([
      { type: "web_search" },
      { type: "function", name: "f" },
      { type: "mcp", name: "s" },
      { type: "bad\r\nheader: x" },
    ]);
    expect(definitions.map(({ name }) => name)).toEqual(["f"]);
    expect(nameSkipped(skipped)).toEndWith(": web_search (tools[0]), mcp (tools[2]), unknown (tools[3]).");
  });

  test.each<[string, ResponseTool["format"]]>([
    ["without a format", undefined],
    ["of text", { type: "text" }],
  ])("that take text %s are functions of one", (_, format = null) => {
    const { definitions, offered } = toTools([{ type: "custom", name: "sh", format }]);
    expect(definitions[0]?.schema).toMatchObject({
      properties: { input: { type: "string" } },
      required: ["input"],
      additionalProperties: false,
    });
    expect(offered.get("sh")).toEqual({ type: "custom", name: "sh", namespace: null });
  });

  test("that take text of a regular expression are held to it", () => {
    const format = { type: "grammar", syntax: "regex", definition: "a|b{2}" };
    const tools = toTools([{ type: "custom", name: "sh", format }]);
    const wish = toToolWish("auto", null);
    const [tool] = toToolChoice({ tools: tools.definitions, toolChoice: wish }).tools;
    expect(tool?.parameters).toMatchObject({ properties: { input: { pattern: "^(?:a|b{2})$" } } });
    expect(JSON.stringify(tool?.grammar)).toContain("([a] | [b]{2,2})");
  });

  test.each<[string, ResponseTool, string, string]>([
    ["a function without a name", { type: "function" }, "tools[0].name", "is missing"],
    ["a bad name", { type: "function", name: "a b" }, "tools[0].name", '"a b"'],
    [
      "a grammar in lark",
      { type: "custom", name: "p", format: { type: "grammar", syntax: "lark", definition: "x" } },
      "tools[0].format.syntax",
      "lark",
    ],
    [
      "a grammar without a definition",
      { type: "custom", name: "p", format: { type: "grammar", syntax: "regex" } },
      "tools[0].format.definition",
      "is missing",
    ],
    ["another format", { type: "custom", name: "p", format: { type: "xml" } }, "tools[0].format.type", "xml"],
    ["a namespace without a name", { type: "namespace", tools: [] }, "tools[0].name", "is missing"],
  ])("refused: %s", (_, tool, param, message) => {
    expect(() => toTools([tool])).toThrow(
      expect.objectContaining({ param, message: expect.stringContaining(message) }),
    );
  });
});

describe("a tool choice", () => {
  const f = { type: "function", name: "f" };

  test.each<[ResponseToolChoice | null | undefined, string, string[] | null, string]>([
    [undefined, "auto", null, "tool_choice"],
    [null, "auto", null, "tool_choice"],
    ["none", "none", null, "tool_choice"],
    ["required", "required", null, "tool_choice"],
    [f, "required", ["f"], "tool_choice"],
    [{ type: "custom", name: "sh" }, "required", ["sh"], "tool_choice"],
    [{ ...f, namespace: "mcp" }, "required", ["mcp__f"], "tool_choice"],
    [
      { type: "allowed_tools", mode: "auto", tools: [f, { type: "web_search" }] },
      "auto",
      ["f"],
      "tool_choice.tools",
    ],
    [
      { type: "allowed_tools", mode: "required", tools: [{ name: "f" }] },
      "required",
      ["f"],
      "tool_choice.tools",
    ],
  ])("%j", (choice, mode, names, at) => {
    expect(toToolWish(choice, false)).toEqual(expect.objectContaining({ mode, names, at, parallel: false }));
  });

  test.each<[ResponseToolChoice, string]>([
    [{ type: "web_search_preview" }, "tool_choice.type"],
    [{ type: "function" }, "tool_choice.name"],
  ])("refused: %j", (choice, param) => {
    expect(() => toToolWish(choice, null)).toThrow(expect.objectContaining({ param }));
  });
});

describe("the text of a custom tool", () => {
  test.each(["", "ls", 'a "b" \\ \n é 😀'])("comes back as it was: %j", (text) => {
    expect(readCustomInput(toCustomArguments(text))).toBe(text);
  });

  test("is what is there of it, however its arguments are cut", () => {
    const [text, whole] = ['a"b\n', '{"input": "a\\"b\\n"}'];
    for (let length = 0; length <= whole.length; length++) {
      expect(text).toStartWith(readCustomInput(whole.slice(0, length)));
    }
    expect(readCustomInput('{"input": "a\\u00')).toBe("a");
    expect(readCustomInput('{"input": "abc')).toBe("abc");
    expect(readCustomInput('{"other": 1}')).toBe("");
  });
});
