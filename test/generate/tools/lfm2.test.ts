import { describe, expect, test } from "bun:test";
import { lfm2 } from "../../../src/generate/tools/lfm2.ts";
import { type Case, parse, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time"), tool("file.read-all")];

const list = (text: string) => `<|tool_call_start|>[${text}]<|tool_call_end|>`;
const one = (name: string, python: string, json: string): Case => [
  name,
  list(`get_weather(${python})`),
  [["get_weather", json]],
];
const paris = list('get_weather(city="Paris")');
const asked = ["get_weather", '{"city": "Paris"}'] as const;
const content = (name: string, text: string): Case => [name, text, [text]];

describe("LFM2's calls", () => {
  testParser(lfm2, tools, [
    ["no text", "", []],
    content("text without calls", "a [b](c) <| d"),
    content("prose that names the marker", "The form is <|tool_call_start|> markers, fine."),
    content("a list without the marker", '[get_weather(city="Paris")]'),
    ["one call", paris, [[...asked]]],
    ["text before a call", `I look.\n${paris}`, ["I look.", [...asked]]],
    ["text after a call", `${paris}Checking the weather.`, [[...asked], "Checking the weather."]],
    ["several calls", list('get_weather(city="Paris"), get_time()'), [[...asked], ["get_time", "{}"]]],
    ["two lists", `${paris}\n${paris}`, [[...asked], [...asked]]],
    ["no arguments", list("get_time()"), [["get_time", "{}"]]],
    ["a name with dots and dashes", list("file.read-all()"), [["file.read-all", "{}"]]],
    ["no brackets", '<|tool_call_start|>get_weather(city="Paris")<|tool_call_end|>', [[...asked]]],
    ["no end marker", '<|tool_call_start|>[get_weather(city="Paris")]', [[...asked]]],
    ["white space between all", list(' get_weather( city = "Paris" ) '), [[...asked]]],
    ["line breaks", '<|tool_call_start|>\n[\nget_weather(city="Paris")\n]\n<|tool_call_end|>', [[...asked]]],
    // chat template of LFM2.5-8B-A1B
    one("Python's quotes", "a='x', b=\"y\"", '{"a": "x", "b": "y"}'),
    one("quotes within a text", 'a=\'it said "no"\', b="it\'s"', '{"a": "it said \\"no\\"", "b": "it\'s"}'),
    one("escapes", String.raw`a="l1\nl2\t\"q\" \\"`, String.raw`{"a": "l1\nl2\t\"q\" \\"}`),
    one("brackets within a text", 'a="f(x)], [g("', '{"a": "f(x)], [g("}'),
    one("markers within a text", 'a="<|tool_call_end|>"', '{"a": "<|tool_call_end|>"}'),
    one("unicode", 'a="日本 🙂"', '{"a": "日本 🙂"}'),
    one("True, False and None", "a=True, b=False, c=None", '{"a": true, "b": false, "c": null}'),
    one("true, false and null", "a=true, b=false, c=null", '{"a": true, "b": false, "c": null}'),
    one("numbers", "a=2512292042121000001, b=-1.5e3", '{"a": 2512292042121000001, "b": -1.5e3}'),
    one("a list", "a=[1, 'x']", '{"a": [1, "x"]}'),
    one("a dict", 'a={"b": {"c": [1]}}', '{"a": {"b": {"c": [1]}}}'),
    one("a comma at the end", "a=1,", '{"a": 1}'),
    // docs.liquid.ai: a system message may ask for JSON
    [
      "a list in JSON",
      list('{"name": "get_weather", "arguments": {"city": "Paris"}}, {"name": "get_time", "arguments": {}}'),
      [[...asked], ["get_time", "{}"]],
    ],
    [
      "an object in JSON",
      '<|tool_call_start|>{"name": "get_weather", "arguments": {"city": "Paris"}}<|tool_call_end|>',
      [[...asked]],
    ],
    content("an unknown tool", list('nope(a="b")')),
    ["a known tool after an unknown list", `${list("nope()")}${paris}`, [list("nope()"), [...asked]]],
    content("no call", list("1, 2")),
    content("an empty list", list("")),
    content("cut off in the marker", "<|tool_call_st"),
    content("cut off in the name", "<|tool_call_start|>[get_wea"),
    ["cut off in a text", '<|tool_call_start|>[get_weather(city="Par', [["get_weather", '{"city": "Par']]],
  ]);
});

test("calls of an earlier answer are written so that they read the same", () => {
  const calls = [
    {
      name: "get_weather",
      arguments: '{"id": 2512292042121000001, "a": "\\"x\\" it\'s\\n", "on": true, "no": null}',
    },
    { name: "get_time", arguments: "{}" },
  ];
  const text = lfm2.renderCalls?.(calls) ?? "";
  expect(text).toContain(", on=True, no=None), get_time()]<|tool_call_end|>");
  expect(parse(lfm2, tools, [text])).toEqual(calls.map((call) => [call.name, call.arguments]));
});
