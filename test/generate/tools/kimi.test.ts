import { describe, expect, test } from "bun:test";
import { kimi } from "../../../src/generate/tools/kimi.ts";
import { type Case, parse, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time"), tool("file.read-all"), tool("a:1")];

const call = (id: string, args: string) =>
  `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${args}<|tool_call_end|>`;
const section = (...calls: string[]) =>
  `<|tool_calls_section_begin|>${calls.join("")}<|tool_calls_section_end|>`;
const one = (name: string, args: string): Case => [
  name,
  section(call("functions.get_weather:0", args)),
  [["get_weather", args.trim()]],
];
const paris = section(call("functions.get_weather:0", '{"city": "Paris"}'));
const asked = ["get_weather", '{"city": "Paris"}'] as const;
const content = (name: string, text: string): Case => [name, text, [text]];

describe("Kimi K2's calls", () => {
  testParser(kimi, tools, [
    ["no text", "", []],
    content("text without calls", "a <| b |> <|tool| c"),
    content("prose that names the marker", "The form is <|tool_calls_section_begin|> markers, fine."),
    // docs/tool_call_guidance.md
    ["one call", paris, [[...asked]]],
    ["text before a call", `I look.\n${paris}`, ["I look.", [...asked]]],
    ["text after a call", `${paris}\nDone.`, [[...asked], "Done."]],
    [
      "several calls",
      section(call("functions.get_weather:0", '{"a": 1}'), call("functions.get_time:1", "{}")),
      [
        ["get_weather", '{"a": 1}'],
        ["get_time", "{}"],
      ],
    ],
    ["two sections", `${paris}\n${paris}`, [[...asked], [...asked]]],
    ["a large number", section(call("functions.get_time:117", "{}")), [["get_time", "{}"]]],
    ["no number", section(call("functions.get_time", "{}")), [["get_time", "{}"]]],
    ["no namespace", section(call("get_time:0", "{}")), [["get_time", "{}"]]],
    ["a bare name", section(call("get_time", "{}")), [["get_time", "{}"]]],
    [
      "a name with dots and dashes",
      section(call("functions.file.read-all:3", "{}")),
      [["file.read-all", "{}"]],
    ],
    ["a name that ends in a number", section(call("functions.a:1:0", "{}")), [["a:1", "{}"]]],
    ["such a name without a number", section(call("functions.a:1", "{}")), [["a:1", "{}"]]],
    ["no section", call("functions.get_time:0", "{}"), [["get_time", "{}"]]],
    ["a section that does not end", paris.replace("<|tool_calls_section_end|>", ""), [[...asked]]],
    [
      "white space between all",
      `<|tool_calls_section_begin|>\n<|tool_call_begin|> functions.get_time:0 <|tool_call_argument_begin|> {} <|tool_call_end|>\n<|tool_calls_section_end|>`,
      [["get_time", "{}"]],
    ],
    one("nested objects", '{"a": {"b": [1, {"c": {}}]}}'),
    one("braces and quotes within strings", '{"a": "}{ \\"x\\" \\\\"}'),
    one("markers within strings", '{"a": "<|tool_call_end|><|tool_calls_section_end|>"}'),
    one("unicode", '{"a": "日本 🙂 \\u65e5"}'),
    one("numbers", '{"a": 2512292042121000001, "b": -1.5e3}'),
    one("empty arguments", "{}"),
    one("white space around the arguments", ' \n{"a": 1}'),
    [
      "a brace too many",
      section(call("functions.get_weather:0", '{"a": 1}}')),
      [["get_weather", '{"a": 1}']],
    ],
    [
      "arguments that break",
      section(call("functions.get_weather:0", '{"a" 1}')),
      [["get_weather", '{"a" 1}']],
    ],
    content("arguments that are no object", section(call("functions.get_weather:0", "Paris"))),
    content("no arguments", section("<|tool_call_begin|>functions.get_time:0<|tool_call_end|>")),
    content("an empty section", section()),
    content("an unknown tool", section(call("functions.nope:0", "{}"))),
    [
      "a known tool after an unknown one",
      section(call("functions.nope:0", "{}"), call("functions.get_time:1", "{}")),
      [`<|tool_calls_section_begin|>${call("functions.nope:0", "{}")}`, ["get_time", "{}"]],
    ],
    content("cut off in the marker", "<|tool_calls_sec"),
    content("cut off in the name", "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_w"),
    content(
      "cut off before the arguments",
      "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_time:0<|tool_call_argument_begin|>",
    ),
    [
      "cut off in the arguments",
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"a": "x',
      [["get_weather", '{"a": "x']],
    ],
  ]);
});

test("calls of an earlier answer are written so that they read the same", () => {
  const calls = [
    { name: "get_weather", arguments: '{"id": 2512292042121000001, "a": "\\"x\\""}' },
    { name: "get_time", arguments: "{}" },
  ];
  const text = kimi.renderCalls?.(calls) ?? "";
  expect(text).toContain("<|tool_call_begin|>functions.get_time:1<|tool_call_argument_begin|>{}");
  expect(parse(kimi, tools, [text])).toEqual(calls.map((call) => [call.name, call.arguments]));
});
