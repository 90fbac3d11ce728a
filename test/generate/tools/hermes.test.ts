import { describe, expect, test } from "bun:test";
import { hermes } from "../../../src/generate/tools/hermes.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const call = (body: string) => `<tool_call>\n${body}\n</tool_call>`;
const paris = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const withArguments = (text: string) => call(`{"name": "get_weather", "arguments": ${text}}`);

const long = "Lorem ipsum {}, ".repeat(1000);

const plain: Case[] = [
  ["no text", "", []],
  ["text without calls", "Hello, world!\n", ["Hello, world!\n"]],
  ["white space only", " \n", [" \n"]],
  ["one call", call(paris), [["get_weather", '{"city": "Paris"}']]],
  [
    "text before a call",
    `Let me see.\n\n${call(paris)}`,
    ["Let me see.", ["get_weather", '{"city": "Paris"}']],
  ],
  ["text after a call", `${call(paris)}\n\nDone. `, [["get_weather", '{"city": "Paris"}'], "Done. "]],
  [
    "several calls in a row",
    `${call(paris)}\n${call('{"name": "get_time", "arguments": {}}')}`,
    [
      ["get_weather", '{"city": "Paris"}'],
      ["get_time", "{}"],
    ],
  ],
  [
    "calls with text between them",
    `${call(paris)} and then ${call(paris)}`,
    [["get_weather", '{"city": "Paris"}'], "and then", ["get_weather", '{"city": "Paris"}']],
  ],
  [
    "no white space within the tags",
    `<tool_call>${paris}</tool_call>`,
    [["get_weather", '{"city": "Paris"}']],
  ],
  [
    "much white space",
    '<tool_call> \n\n { "name" :\n"get_weather" ,\t"arguments" : { "city" : "Paris" } } \n\n </tool_call> \n ',
    [["get_weather", '{ "city" : "Paris" }']],
  ],
];

const values: Case[] = [
  // vllm-project/vllm issues 22885 and 32152: the last brace was lost after values that are no strings
  ["a number before the last brace", withArguments('{"id": 42}'), [["get_weather", '{"id": 42}']]],
  ["true before the last brace", withArguments('{"on": true}'), [["get_weather", '{"on": true}']]],
  [
    "nested objects and lists",
    withArguments('{"a": {"b": [1, {"c": {}}], "d": []}}'),
    [["get_weather", '{"a": {"b": [1, {"c": {}}], "d": []}}']],
  ],
  // vllm-project/vllm issue 28806: parameterless tools while streaming
  ["empty arguments", withArguments("{}"), [["get_weather", "{}"]]],
  ["no arguments", call('{"name": "get_weather"}'), [["get_weather", "{}"]]],
  ["arguments that are null", withArguments("null"), [["get_weather", "{}"]]],
  // vllm-project/vllm issue 21544: an open brace in a command
  [
    "braces within strings",
    withArguments('{"command": "mkdir -p test/{test1,test2"}'),
    [["get_weather", '{"command": "mkdir -p test/{test1,test2"}']],
  ],
  [
    "markers within strings",
    withArguments('{"text": "</tool_call><tool_call>{}"}'),
    [["get_weather", '{"text": "</tool_call><tool_call>{}"}']],
  ],
  [
    "escaped quotes and backslashes",
    withArguments('{"text": "a \\"b\\" \\\\", "path": "C:\\\\x\\n"}'),
    [["get_weather", '{"text": "a \\"b\\" \\\\", "path": "C:\\\\x\\n"}']],
  ],
  [
    "characters beyond the basic plane",
    withArguments('{"text": "日本 👍🏽 é"}'),
    [["get_weather", '{"text": "日本 👍🏽 é"}']],
  ],
  [
    "escaped surrogates",
    withArguments('{"text": "\\ud83d\\udc4d"}'),
    [["get_weather", '{"text": "\\ud83d\\udc4d"}']],
  ],
  ["line breaks in a string", withArguments('{"text": "a\nb"}'), [["get_weather", '{"text": "a\\nb"}']]],
  [
    "escapes that JSON has not",
    withArguments('{"re": "\\d \\\' \\x41"}'),
    [["get_weather", '{"re": "\\\\d \' A"}']],
  ],
  [
    "Python's spelling",
    withArguments("{'a': True, 'b': None, 'c': 'it\"s',}"),
    [["get_weather", '{"a": true, "b": null, "c": "it\\"s"}']],
  ],
  [
    "numbers of all kinds",
    withArguments('{"a": [-1.5e3, 0, -0.25]}'),
    [["get_weather", '{"a": [-1.5e3, 0, -0.25]}']],
  ],
  [
    "arguments longer than what is kept",
    withArguments(`{"a": "${long}"}`),
    [["get_weather", `{"a": "${long}"}`]],
  ],
  ["arguments that are no object", withArguments("[1]"), [["get_weather", "[1]}\n"]]],
];

const keys: Case[] = [
  [
    "arguments before the name",
    call('{ "arguments": {"city": "Paris"}, "name": "get_weather"}'),
    [["get_weather", '{"city": "Paris"}']],
  ],
  [
    "other keys",
    call(
      '{"id": "c1", "type": "function", "name": "get_weather", "arguments": {"a": 1}, "x": [{"name": "y"}]}',
    ),
    [["get_weather", '{"a": 1}']],
  ],
  [
    "parameters for arguments",
    call('{"name": "get_time", "parameters": {"a": 1}}'),
    [["get_time", '{"a": 1}']],
  ],
  [
    "arguments as a string",
    withArguments('"{\\"city\\": \\"Paris \\\\\\"P\\\\\\" \\u00e9\\"}"'),
    [["get_weather", '{"city": "Paris \\"P\\" é"}']],
  ],
  ["arguments as an empty string", withArguments('""'), [["get_weather", "{}"]]],
];

const broken: Case[] = [
  ["an unknown tool", call('{"name": "nope", "arguments": {}}'), [call('{"name": "nope", "arguments": {}}')]],
  [
    "an unknown tool, then a known one",
    `${call('{"name": "nope"}')}\n${call(paris)}`,
    [call('{"name": "nope"}'), ["get_weather", '{"city": "Paris"}']],
  ],
  ["no name", call('{"arguments": {"a": 1}}'), [call('{"arguments": {"a": 1}}')]],
  ["no JSON", call("get_weather(Paris)"), [call("get_weather(Paris)")]],
  // noonghunna/club-3090 issue 72: prose about the tag silenced the stream
  [
    "a tag in prose before a call",
    `Write <tool_call> to call. ${call(paris)}`,
    ["Write <tool_call> to call.", ["get_weather", '{"city": "Paris"}']],
  ],
  ["what is almost a marker", "a < b, <tool_cal>, <<tool_call", ["a < b, <tool_cal>, <<tool_call"]],
  ["a marker after half of one", `<tool_${call(paris)}`, ["<tool_", ["get_weather", '{"city": "Paris"}']]],
  ["a missing last tag", `<tool_call>\n${paris}`, [["get_weather", '{"city": "Paris"}']]],
  [
    "a missing tag between calls",
    `<tool_call>${paris}\n${call(paris)}`,
    [
      ["get_weather", '{"city": "Paris"}'],
      ["get_weather", '{"city": "Paris"}'],
    ],
  ],
  ["a missing last brace", call(paris.slice(0, -1)), [["get_weather", '{"city": "Paris"}']]],
  ["one brace too many", call(`${paris}}`), [["get_weather", '{"city": "Paris"}']]],
  ["cut in the tag", "Hi <tool_c", ["Hi <tool_c"]],
  ["cut after the tag", "<tool_call>\n", ["<tool_call>\n"]],
  ["cut in the name", '<tool_call>\n{"name": "get_wea', ['<tool_call>\n{"name": "get_wea']],
  ["cut after the name", '<tool_call>\n{"name": "get_weather"', [["get_weather", ""]]],
  [
    "cut in a string",
    '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Pa',
    [["get_weather", '{"city": "Pa']],
  ],
  [
    "cut in a number",
    '<tool_call>\n{"name": "get_weather", "arguments": {"n": 12',
    [["get_weather", '{"n": 12']],
  ],
  [
    "cut in arguments before the name",
    '<tool_call>{"arguments": {"n": 1',
    ['<tool_call>{"arguments": {"n": 1'],
  ],
  ["broken arguments", withArguments('{"a": oops}'), [["get_weather", '{"a": oops}}\n']]],
  [
    "cut at an escape",
    '<tool_call>{"name": "get_weather", "arguments": {"a": "\\',
    [["get_weather", '{"a": "']],
  ],
];

describe("the hermes parser", () => {
  testParser(hermes, [tool("get_weather"), tool("get_time")], [...plain, ...values, ...keys, ...broken]);
});

test("a required call is written as the models know it, with its line breaks, and so is a free one", () => {
  const f = { name: "f", parameters: {}, grammar: { type: "const" as const, text: "{}" } };
  const tag = {
    type: "tag" as const,
    begin: '<tool_call>\n{"name": "f", "arguments": ',
    content: f.grammar,
    end: "}\n</tool_call>",
  };
  expect(hermes.toGrammar([f], { required: true, parallel: false })).toEqual(tag);
  const free = hermes.toGrammar([f], { required: false, parallel: true });
  expect(free).toMatchObject({ triggers: ["<tool_call>\n{"], tags: [tag] });
});
