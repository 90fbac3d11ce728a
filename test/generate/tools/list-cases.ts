import type { Case } from "./parsing.ts";

const paris = '{"name": "get_weather", "arguments": {"city": "Paris"}}';
const now = '{"name": "get_time", "arguments": {}}';

/** What holds for every form that writes its calls as a JSON list between `begin` and `end`. */
export function listCases(begin: string, end: string): Case[] {
  const list = (...calls: string[]) => `${begin}[${calls.join(", ")}]${end}`;
  const one = (args: string) => list(`{"name": "get_weather", "arguments": ${args}}`);
  const same = (name: string, args: string): Case => [name, one(args), [["get_weather", args]]];
  const content = (name: string, text: string): Case => [name, text, [text]];
  return [
    ["no text", "", []],
    ["text without calls", "Hello [1, 2]\n", ["Hello [1, 2]\n"]],
    ["one call", list(paris), [["get_weather", '{"city": "Paris"}']]],
    [
      "several calls",
      list(paris, now, paris),
      [
        ["get_weather", '{"city": "Paris"}'],
        ["get_time", "{}"],
        ["get_weather", '{"city": "Paris"}'],
      ],
    ],
    ["text before the calls", `I look.\n${list(paris)}`, ["I look.", ["get_weather", '{"city": "Paris"}']]],
    // vllm-project/vllm pull request 30588: a brace in the text before the marker
    ["a brace before the calls", `A { "b ${list(now)}`, ['A { "b', ["get_time", "{}"]]],
    ["text after the calls", `${list(now)}\nDone.`, [["get_time", "{}"], "Done."]],
    ["a single call without the list", `${begin}${paris}${end}`, [["get_weather", '{"city": "Paris"}']]],
    [
      "white space everywhere",
      `${begin} \n[\n  {\n "name" : "get_time" ,\n "arguments" : { } }\n ,\t${paris} ]\n${end}`,
      [
        ["get_time", "{ }"],
        ["get_weather", '{"city": "Paris"}'],
      ],
    ],
    [
      "no white space",
      `${begin}[{"name":"get_weather","arguments":{"city":"Rome"}},{"name":"get_time","arguments":{}}]${end}`,
      [
        ["get_weather", '{"city":"Rome"}'],
        ["get_time", "{}"],
      ],
    ],
    same("nested objects and lists", '{"a": {"b": [1, {"c": []}], "d": {}}, "e": [[2]]}'),
    // vllm-project/vllm pull request 48795: the first "]" of a list ended the calls
    same("a list as an argument", '{"tags": ["a", "b"]}'),
    same("brackets and braces within strings", '{"text": "a ]} {[ }]", "b": "}"}'),
    same("the markers within strings", `{"text": ${JSON.stringify(`${begin}[]${end}`)}}`),
    same("escaped quotes and backslashes", '{"text": "say \\"hi\\" \\\\", "b": "\\\\\\""}'),
    same("unicode", '{"text": "Zürich 日本 👍🏽 \\u00e9 ｜▁"}'),
    same("numbers and words", '{"a": -1.5e3, "b": true, "c": null, "d": 0}'),
    same("empty arguments", "{}"),
    ["no arguments", list('{"name": "get_time"}'), [["get_time", "{}"]]],
    [
      "parameters for arguments",
      list('{"name": "get_weather", "parameters": {"a": 1}}'),
      [["get_weather", '{"a": 1}']],
    ],
    [
      "arguments before the name, and an id",
      list('{"arguments": {"a": 1}, "id": "abc123def", "name": "get_weather"}'),
      [["get_weather", '{"a": 1}']],
    ],
    [
      "arguments as a string",
      list('{"name": "get_weather", "arguments": "{\\"a\\": \\"x\\"}"}'),
      [["get_weather", '{"a": "x"}']],
    ],
    content("an unknown tool", list('{"name": "nope", "arguments": {"a": 1}}')),
    [
      "a known tool after an unknown one",
      list('{"name": "nope", "arguments": {}}', now),
      ['{"name": "nope", "arguments": {}}', ["get_time", "{}"]],
    ],
    [
      "an unknown tool after a known one",
      list(now, '{"name": "nope", "arguments": {}}'),
      [["get_time", "{}"], '{"name": "nope", "arguments": {}}'],
    ],
    // vllm-project/vllm pull request 58072: an empty list was a call
    content("an empty list", list()),
    content("a list of no calls", list("1", "2")),
    content("no list", `${begin} This is just text ${end}`),
    content("the marker alone", begin),
    content("the begin of the marker", begin.slice(0, -1)),
    content("cut off in the list", `${begin}[`),
    content("cut off in the call", `${begin}[{"na`),
    content("cut off in the name", `${begin}[{"name": "get_wea`),
    ["cut off after the name", `${begin}[{"name": "get_weather"`, [["get_weather", ""]]],
    [
      "cut off in the arguments",
      `${begin}[{"name": "get_weather", "arguments": {"city": "Pa`,
      [["get_weather", '{"city": "Pa']],
    ],
    ["cut off after the call", `${begin}[${paris}`, [["get_weather", '{"city": "Paris"}']]],
    [
      "cut off in the second call",
      `${begin}[${now}, {"name": "get_weather", "argum`,
      [
        ["get_time", "{}"],
        ["get_weather", ""],
      ],
    ],
    [
      "a marker in prose before the calls",
      `Use ${begin} like that. ${list(now)}`,
      [`Use ${begin} like that.`, ["get_time", "{}"]],
    ],
    [
      "half a marker before a whole one",
      `${begin.slice(0, 3)}${list(now)}`,
      [begin.slice(0, 3), ["get_time", "{}"]],
    ],
  ];
}
