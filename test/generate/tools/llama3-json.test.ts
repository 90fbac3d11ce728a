import { describe } from "bun:test";
import { llama3Json } from "../../../src/generate/tools/llama3-json.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const paris = '{"name": "get_weather", "parameters": {"city": "Paris"}}';
const parsed: [string, string] = ["get_weather", '{"city": "Paris"}'];
const withParameters = (text: string) => `{"name": "get_weather", "parameters": ${text}}`;

const calls: Case[] = [
  ["no text", "", []],
  ["a text", "Paris is sunny.", ["Paris is sunny."]],
  ["one call", paris, [parsed]],
  ["white space around a call", `\n\n ${paris}\n`, [parsed]],
  ["a call after the python tag", `<|python_tag|>${paris}`, [parsed]],
  ["a call with a type", `{"type": "function", ${paris.slice(1)}`, [parsed]],
  ["arguments for parameters", paris.replace("parameters", "arguments"), [parsed]],
  ["parameters before the name", '{"parameters": {"city": "Paris"}, "name": "get_weather"}', [parsed]],
  ["calls with semicolons", `${paris}; ${paris};${paris}`, [parsed, parsed, parsed]],
  ["a semicolon at the end", `${paris};\n`, [parsed]],
  ["calls on lines of their own", `${paris}\n${paris}`, [parsed, parsed]],
  ["a python tag before each call", `<|python_tag|>${paris}; <|python_tag|>${paris}`, [parsed, parsed]],
  // vllm-project/vllm issue 16214: Llama 4
  ["a call between Llama 4's markers", `<|python_start|>${paris}<|python_end|>`, [parsed]],
  ["text before the python tag", `I look. <|python_tag|>${paris}`, ["I look.", parsed]],
  // vllm-project/vllm pull request 19024: text behind the call
  [
    "text after a call",
    '{"type": "function", "name": "get_time", "parameters": {}}\n\nAnything else?',
    [["get_time", "{}"], "Anything else?"],
  ],
  ["no parameters", '{"name": "get_time"}', [["get_time", "{}"]]],
  ["empty parameters", '{"name": "get_time", "parameters": {}}', [["get_time", "{}"]]],
  [
    "pretty printing",
    '{\n  "name": "get_weather",\n  "parameters": {\n    "city": "Paris"\n  }\n}',
    [["get_weather", '{\n    "city": "Paris"\n  }']],
  ],
  // raullenchai/Rapid-MLX pull request 921: nested objects ended the scan
  [
    "nested objects",
    withParameters('{"a": {"b": {"c": 1}}, "d": [{}]}'),
    [["get_weather", '{"a": {"b": {"c": 1}}, "d": [{}]}']],
  ],
  [
    "braces and semicolons within strings",
    withParameters('{"a": "}; {\\"name\\""}'),
    [["get_weather", '{"a": "}; {\\"name\\""}']],
  ],
  ["parameters as a string", withParameters('"{\\"city\\": \\"Paris\\"}"'), [parsed]],
  ["characters beyond the basic plane", withParameters('{"a": "👍🏽"}'), [["get_weather", '{"a": "👍🏽"}']]],
];

const texts: Case[] = [
  // sgl-project/sglang issue 35562: a leading object that is no call vanished
  ["an empty object", "{}", ["{}"]],
  ["an object and text", '{"a": 1} is a dict', ['{"a": 1} is a dict']],
  [
    "an answer in JSON",
    '{"city": "Paris", "name": "get_weather"}',
    ['{"city": "Paris", "name": "get_weather"}'],
  ],
  ["an answer with a name", '{"name": "Alice", "age": 3}', ['{"name": "Alice", "age": 3}']],
  ["an answer with a name of another type", '{"name": ["get_weather"]}', ['{"name": ["get_weather"]}']],
  ["an unknown tool", '{"name": "nope", "parameters": {}}', ['{"name": "nope", "parameters": {}}']],
  [
    "an unknown tool after the python tag",
    '<|python_tag|>{"name": "nope"}',
    ['<|python_tag|>{"name": "nope"}'],
  ],
  ["a call further on in the text", `Here it is: ${paris}`, [`Here it is: ${paris}`]],
  ["a brace", "{", ["{"]],
  ["a set", "{1, 2}", ["{1, 2}"]],
  // unslothai/unsloth pull request 5620: a later brace made a call of code
  [
    "code after the python tag",
    'Wait <|python_tag|>foo.call(payload={"name": "get_time"})',
    ['Wait <|python_tag|>foo.call(payload={"name": "get_time"})'],
  ],
  ["an unknown call after a known one", `${paris}; {"name": "nope"}`, [parsed, '; {"name": "nope"}']],
  ["what is almost the python tag", "<|python_ta|> <|", ["<|python_ta|> <|"]],
  ["cut in the python tag", "<|python_", ["<|python_"]],
  ["cut before the name", '{"na', ['{"na']],
  ["cut in the name", '{"name": "get_wea', ['{"name": "get_wea']],
  ["cut after the name", '{"name": "get_weather", ', [["get_weather", ""]]],
  [
    "cut in the parameters",
    '{"name": "get_weather", "parameters": {"city": "Pa',
    [["get_weather", '{"city": "Pa']],
  ],
  ["cut before the last brace", paris.slice(0, -1), [parsed]],
  ["one brace too many", `${paris}}`, [parsed]],
];

describe("the llama3-json parser", () => {
  testParser(llama3Json, [tool("get_weather"), tool("get_time")], [...calls, ...texts]);
});
