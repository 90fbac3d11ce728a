import { describe } from "bun:test";
import { mistral } from "../../../src/generate/tools/mistral.ts";
import { listCases } from "./list-cases.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time"), tool("my-tool.v2"), tool("add"), tool("multiply")];

describe("Mistral with a list", () => testParser(mistral, tools, listCases("[TOOL_CALLS]", "")));

const content = (name: string, text: string): Case => [name, text, [text]];
const same = (name: string, args: string): Case => [
  name,
  `[TOOL_CALLS]get_weather[ARGS]${args}`,
  [["get_weather", args]],
];

const named: Case[] = [
  ["name and arguments", '[TOOL_CALLS]add{"a": 3.5, "b": 4}', [["add", '{"a": 3.5, "b": 4}']]],
  same("a marker before the arguments", '{"city": "Paris"}'),
  [
    "an id before the arguments",
    '[TOOL_CALLS]get_weather[CALL_ID]abc123def[ARGS]{"city": "Paris"}',
    [["get_weather", '{"city": "Paris"}']],
  ],
  ["a name with a dash and a dot", "[TOOL_CALLS]my-tool.v2[ARGS]{}", [["my-tool.v2", "{}"]]],
  [
    "white space between all",
    '[TOOL_CALLS] get_weather [ARGS] {"city": "Paris"} \n',
    [["get_weather", '{"city": "Paris"}']],
  ],
  // vllm-project/vllm issue 48318: two calls in one piece after text became one
  [
    "text before several calls",
    'I will help.[TOOL_CALLS]add{"a": 3.5, "b": 4}[TOOL_CALLS]multiply{"a": 3, "b": 6}',
    ["I will help.", ["add", '{"a": 3.5, "b": 4}'], ["multiply", '{"a": 3, "b": 6}']],
  ],
  // ml-explore/mlx-lm pull request 1448: several calls, or text after one, lost all
  [
    "several calls with markers",
    '[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}[TOOL_CALLS]get_weather[ARGS]{"city": "Tokyo"}',
    [
      ["get_weather", '{"city": "Paris"}'],
      ["get_weather", '{"city": "Tokyo"}'],
    ],
  ],
  [
    "text after a call",
    '[TOOL_CALLS]get_weather[ARGS]{"pattern": "TODO"}\n\nLet me search.',
    [["get_weather", '{"pattern": "TODO"}'], "Let me search."],
  ],
  [
    "a comma between calls",
    '[TOOL_CALLS]add{"a": 1}, multiply{"b": 2}',
    [
      ["add", '{"a": 1}'],
      ["multiply", '{"b": 2}'],
    ],
  ],
  ["a comma and text after a call", "[TOOL_CALLS]get_time{}, then add", [["get_time", "{}"], ", then add"]],
  // waybarrios/vllm-mlx pull request 631: one quote in the text hid the marker
  [
    "an odd quote before the call",
    'The column is "id.[TOOL_CALLS]get_time[ARGS]{}',
    ['The column is "id.', ["get_time", "{}"]],
  ],
  same("nested objects", '{"a": {"b": {"c": [1, {"d": 2}]}}}'),
  same("braces within strings", '{"a": "}{", "b": "[ARGS]{"}'),
  same("markers within strings", '{"a": "[TOOL_CALLS]add{}"}'),
  same("escaped quotes", '{"a": "\\"}\\\\"}'),
  same("unicode", '{"a": "Ünïcödé 🙂 日本"}'),
  same("empty arguments", "{}"),
  ["a line break in a string", '[TOOL_CALLS]add[ARGS]{"a": "1\n2"}', [["add", '{"a": "1\\n2"}']]],
  content("an unknown tool", '[TOOL_CALLS]nope[ARGS]{"a": 1}'),
  [
    "a known tool after an unknown one",
    '[TOOL_CALLS]nope[ARGS]{}[TOOL_CALLS]add{"a": 1}',
    ["[TOOL_CALLS]nope[ARGS]{}", ["add", '{"a": 1}']],
  ],
  content("a name that goes on", "[TOOL_CALLS]additional[ARGS]{}"),
  content("a name alone", "[TOOL_CALLS]get_time"),
  content("a name and prose", "[TOOL_CALLS]get_time is a tool"),
  content("cut off in the marker of the arguments", "[TOOL_CALLS]get_time[AR"),
  content("cut off before the arguments", "[TOOL_CALLS]get_time[ARGS]"),
  content("cut off in the id", "[TOOL_CALLS]get_time[CALL_ID]abc"),
  ["cut off in the arguments", '[TOOL_CALLS]add[ARGS]{"a": [1, "x', [["add", '{"a": [1, "x']]],
  ["arguments that break", '[TOOL_CALLS]add{"a" 1} oh', [["add", '{"a" 1} oh']]],
  [
    "a call after arguments that break",
    '[TOOL_CALLS]add{"a" 1}[TOOL_CALLS]get_time{}',
    [
      ["add", '{"a" 1}'],
      ["get_time", "{}"],
    ],
  ],
  content("other markers", "[TOOL_CALL] [INST] [TOOL_RESULTS] [ARGS]{}"),
  ["brackets before a marker", "[[[TOOL_CALLS]get_time{}", ["[[", ["get_time", "{}"]]],
];

describe("Mistral with names", () => testParser(mistral, tools, named));
