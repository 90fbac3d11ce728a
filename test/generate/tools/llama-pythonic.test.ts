import { describe } from "bun:test";
import { llamaPythonic } from "../../../src/generate/tools/llama-pythonic.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const paris: [string, string] = ["get_weather", '{"city": "Paris"}'];
const value = (python: string, json: string): Case => [
  `the value ${python}`,
  `[get_weather(v=${python})]`,
  [["get_weather", `{"v": ${json}}`]],
];

const calls: Case[] = [
  ["no text", "", []],
  ["a text", "Paris is sunny [1].", ["Paris is sunny [1]."]],
  ["one call", '[get_weather(city="Paris")]', [paris]],
  ["a call without arguments", "[get_time()]", [["get_time", "{}"]]],
  [
    "several arguments",
    "[get_weather(city='Paris', days=3)]",
    [["get_weather", '{"city": "Paris", "days": 3}']],
  ],
  ["several calls", '[get_weather(city="Paris"), get_time()]', [paris, ["get_time", "{}"]]],
  [
    "calls on lines of their own",
    '[\n  get_weather(\n    city="Paris",\n  ),\n  get_time(),\n]\n',
    [paris, ["get_time", "{}"]],
  ],
  ["between Llama 4's markers", '<|python_start|>[get_weather(city="Paris")]<|python_end|>', [paris]],
  [
    "between Llama 4's markers without brackets",
    '<|python_start|>get_weather(city="Paris")<|python_end|>',
    [paris],
  ],
  ["after the python tag", '<|python_tag|>[get_weather(city="Paris")]', [paris]],
  ["text before a call", 'Let me check: [get_weather(city="Paris")]', ["Let me check:", paris]],
  ["text after a call", '[get_weather(city="Paris")]\n\nDone.', [paris, "Done."]],
  ["white space everywhere", '[ get_weather( city = "Paris" ) , get_time( ) ]', [paris, ["get_time", "{}"]]],
  // vllm-project/vllm issue 30722: the last bracket is missing
  ["a missing last bracket", '[get_weather(city="Paris")', [paris]],
];

const values: Case[] = [
  value("True", "true"),
  value("False", "false"),
  value("None", "null"),
  value("true", "true"),
  value("-12", "-12"),
  value("1.5e-3", "1.5e-3"),
  value("'it\\'s'", '"it\'s"'),
  value("'say \"hi\"'", '"say \\"hi\\""'),
  value('"a\\nb\\t\\\\"', '"a\\nb\\t\\\\"'),
  value('"\\x41\\u00e9\\U0001F44D"', '"A\\u00e9👍"'),
  value("'日本 👍🏽'", '"日本 👍🏽"'),
  value('"a), g(b=[1]"', '"a), g(b=[1]"'),
  value("''", '""'),
  value("[]", "[]"),
  value("[1, 'a', None, [True]]", '[1, "a", null, [true]]'),
  value("{'a': {'b': (1, 2)}, 'c': []}", '{"a": {"b": [1, 2]}, "c": []}'),
  value("{1: 'a'}", '{"1": "a"}'),
  value("[1, 2,]", "[1, 2]"),
  value("{}", "{}"),
];

const long = "Lorem ipsum [], ".repeat(1000);
const longCall: Case = [
  "arguments longer than what is kept",
  `[get_weather(v='${long}')]`,
  [["get_weather", `{"v": "${long}"}`]],
];

const broken: Case[] = [
  ["an unknown function", "[nope(a=1)]", ["[nope(a=1)]"]],
  ["an unknown function after a known one", "[get_time(), nope(a=1)]", [["get_time", "{}"], ", nope(a=1)]"]],
  ["a function without call", "[get_time]", ["[get_time]"]],
  ["a call in prose without brackets", "Use get_time() for it.", ["Use get_time() for it."]],
  ["values without names", '[get_weather("Paris")]', ['[get_weather("Paris")]']],
  ["brackets in a text", "a[0] = [[1], [get_weathers()]]", ["a[0] = [[1], [get_weathers()]]"]],
  ["brackets before a call", "[1] [get_time()]", ["[1]", ["get_time", "{}"]]],
  ["a variable", "[get_weather(city=home)]", [["get_weather", '{"city": home)]']]],
  ["a variable that objects have", "[get_weather(city=toString)]", [["get_weather", '{"city": toString)]']]],
  ["cut in a marker", "<|python_st", ["<|python_st"]],
  ["cut in the name", "[get_wea", ["[get_wea"]],
  ["cut before the first argument", "[get_weather(", ["[get_weather("]],
  ["cut in the first key", "[get_weather(ci", ["[get_weather(ci"]],
  ["cut after a key", "[get_weather(city=", [["get_weather", '{"city": ']]],
  ["cut in a value", '[get_weather(city="Pa', [["get_weather", '{"city": "Pa']]],
  ["cut in a list", "[get_weather(v=[1, 2", [["get_weather", '{"v": [1, 2']]],
  ["cut after a value", '[get_weather(city="Paris"', [["get_weather", '{"city": "Paris"']]],
];

describe("the llama-pythonic parser", () => {
  testParser(
    llamaPythonic,
    [tool("get_weather"), tool("get_time")],
    [...calls, ...values, longCall, ...broken],
  );
});
