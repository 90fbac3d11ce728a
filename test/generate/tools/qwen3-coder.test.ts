import { describe } from "bun:test";
import { qwen3Coder } from "../../../src/generate/tools/qwen3-coder.ts";
import { type Case, testParser } from "./parsing.ts";
import { taggedTools } from "./tagged-cases.ts";

const inFunction = (body: string, name = "f") =>
  `<tool_call>\n<function=${name}>\n${body}</function>\n</tool_call>`;
const parameter = (name: string, value: string) => `<parameter=${name}>\n${value}\n</parameter>\n`;
const call = (name: string, value: string) => inFunction(parameter(name, value));

const long = "Lorem <ipsum> \n".repeat(1000);

const forms: Case[] = [
  ["no text", "", []],
  ["text without calls", "Use <function> here.", ["Use <function> here."]],
  ["one call", call("text", "Paris"), [["f", '{"text": "Paris"}']]],
  ["text before a call", `I look.\n\n${call("text", "x")}`, ["I look.", ["f", '{"text": "x"}']]],
  ["no parameters", inFunction("", "g"), [["g", "{}"]]],
  ["no parameters and no line breaks", "<tool_call><function=g></function></tool_call>", [["g", "{}"]]],
  [
    "several parameters",
    inFunction(parameter("text", "a") + parameter("count", "3") + parameter("on", "true")),
    [["f", '{"text": "a", "count": 3, "on": true}']],
  ],
  [
    "several calls",
    `${call("text", "a")}\n${call("text", "b")}`,
    [
      ["f", '{"text": "a"}'],
      ["f", '{"text": "b"}'],
    ],
  ],
  [
    "several functions in one pair of tags",
    `<tool_call>\n<function=f>\n${parameter("count", "1")}</function>\n<function=g>\n</function>\n</tool_call>`,
    [
      ["f", '{"count": 1}'],
      ["g", "{}"],
    ],
  ],
  // Models leave the opening tag out: QwenLM/Qwen3-Coder issue 475 and others
  ["no outer tags", `<function=f>\n${parameter("text", "a")}</function>`, [["f", '{"text": "a"}']]],
  ["text after a call", `${call("text", "a")}\nDone.`, [["f", '{"text": "a"}'], "Done."]],
  ["no line breaks around a value", inFunction("<parameter=text>a</parameter>"), [["f", '{"text": "a"}']]],
];

const texts: Case[] = [
  [
    "only one line break on each side belongs to the form",
    call("text", "\n  a\n\n"),
    [["f", '{"text": "\\n  a\\n\\n"}']],
  ],
  ["an empty text", call("text", ""), [["f", '{"text": ""}']]],
  ["several lines", call("text", 'a "b"\n\\c\td'), [["f", '{"text": "a \\"b\\"\\n\\\\c\\td"}']]],
  ["characters beyond the basic plane", call("text", "👍🏽 é 日本"), [["f", '{"text": "👍🏽 é 日本"}']]],
  ["JSON where text is wanted", call("text", '{"a": 1}'), [["f", '{"text": "{\\"a\\": 1}"}']]],
  ["a number where text is wanted", call("text", "007"), [["f", '{"text": "007"}']]],
  ["tags of HTML", call("text", "<p>a</p>\n<param>"), [["f", '{"text": "<p>a</p>\\n<param>"}']]],
  [
    "a text longer than what is kept",
    call("text", long),
    [["f", JSON.stringify({ text: long }).replace(":", ": ")]],
  ],
  // vllm-project/vllm pull request 33965: the closing tag within a value
  [
    "the closing tag within a value",
    call("text", "a </parameter> b\n</parameter>c"),
    [["f", '{"text": "a </parameter> b\\n</parameter>c"}']],
  ],
  [
    "the opening tags within a value",
    call("text", "<tool_call>\n<function=g>\n<parameter=x>\n</function>"),
    [["f", '{"text": "<tool_call>\\n<function=g>\\n<parameter=x>\\n</function>"}']],
  ],
];

const types: Case[] = [
  // vllm-project/vllm pull request 23324: types must be the schema's
  ["an integer", call("count", "42"), [["f", '{"count": 42}']]],
  [
    "an integer beyond 2^53",
    call("count", "12345678901234567890"),
    [["f", '{"count": 12345678901234567890}']],
  ],
  ["a number", call("ratio", "-1.5"), [["f", '{"ratio": -1.5}']]],
  ["a whole number for a number", call("ratio", "2"), [["f", '{"ratio": 2}']]],
  ["a boolean", call("on", "false"), [["f", '{"on": false}']]],
  ["a boolean as Python writes it", call("on", "True"), [["f", '{"on": true}']]],
  ["no boolean where one is wanted", call("on", "yes"), [["f", '{"on": "yes"}']]],
  ["a list", call("list", '["a", "b\\n"]'), [["f", '{"list": ["a", "b\\n"]}']]],
  ["a list as Python writes it", call("list", "['a', \"b's\"]"), [["f", '{"list": ["a", "b\'s"]}']]],
  [
    "an object over several lines",
    call("object", '{\n  "a": {"b": null}\n}'),
    [["f", '{"object": {\n  "a": {"b": null}\n}}']],
  ],
  ["a referred object", call("point", '{"x": 1}'), [["f", '{"point": {"x": 1}}']]],
  ["broken JSON", call("object", '{"a": '), [["f", '{"object": "{\\"a\\": "}']]],
  ["one of several texts", call("unit", "celsius"), [["f", '{"unit": "celsius"}']]],
  [
    "one of several values",
    inFunction(parameter("level", "2") + parameter("level", "high")),
    [["f", '{"level": 2, "level": "high"}']],
  ],
  ["text or null: null", call("maybe", "null"), [["f", '{"maybe": null}']]],
  ["text or null: text", call("maybe", "1"), [["f", '{"maybe": "1"}']]],
  ["text or number: number", call("either", "5"), [["f", '{"either": 5}']]],
  ["text or number: text", call("either", "5 apples"), [["f", '{"either": "5 apples"}']]],
  ["anything: JSON", call("any", "[1]"), [["f", '{"any": [1]}']]],
  ["anything: text", call("any", "one two"), [["f", '{"any": "one two"}']]],
  ["an unknown parameter", call("other", "true"), [["f", '{"other": true}']]],
];

const broken: Case[] = [
  ["an unknown function", inFunction("", "nope"), [inFunction("", "nope")]],
  ["JSON between the tags", '<tool_call>{"name": "f"}</tool_call>', ['<tool_call>{"name": "f"}</tool_call>']],
  // noonghunna/club-3090 issue 72
  [
    "tags in prose",
    `Write <tool_call>. ${call("text", "a")}`,
    ["Write <tool_call>.", ["f", '{"text": "a"}']],
  ],
  ["a missing outer closing tag", call("text", "a").replace("\n</tool_call>", ""), [["f", '{"text": "a"}']]],
  ["a missing closing tag of a value", inFunction("<parameter=text>\na\n"), [["f", '{"text": "a"}']]],
  [
    "a missing closing tag of a function",
    `<tool_call>\n<function=f>\n${parameter("text", "a")}</tool_call>`,
    [["f", '{"text": "a"}']],
  ],
  [
    "white space in tags",
    "<tool_call>\n\n<function= f >\n\n <parameter= text >a</parameter>\n\n</function>\n\n</tool_call>",
    [["f", '{"text": "a"}']],
  ],
  ["cut in the function's name", "<tool_call>\n<function=f", ["<tool_call>\n<function=f"]],
  ["cut after the function's name", "<tool_call>\n<function=f>\n", [["f", "{"]]],
  ["cut in a parameter's name", "<tool_call>\n<function=f>\n<parameter=te", [["f", "{"]]],
  ["cut in a text", "<tool_call>\n<function=f>\n<parameter=text>\nPa", [["f", '{"text": "Pa']]],
  [
    "cut in a closing tag",
    "<tool_call>\n<function=f>\n<parameter=text>\nPa\n</para",
    [["f", '{"text": "Pa\\n</para']],
  ],
  ["cut in a number", "<tool_call>\n<function=f>\n<parameter=count>\n12", [["f", '{"count": 12']]],
  [
    "cut between parameters",
    `<tool_call>\n<function=f>\n${parameter("count", "1")}<para`,
    [["f", '{"count": 1\n</parameter>\n<para']],
  ],
];

describe("the qwen3-coder parser", () => {
  testParser(qwen3Coder, taggedTools, [...forms, ...texts, ...types, ...broken]);
});
