import { describe } from "bun:test";
import { gemma } from "../../../src/generate/tools/gemma.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time"), tool("manim-video")];

interface Dialect {
  begin: string;
  end: string;
  q: string;
}

const gemma4: Dialect = { begin: "<|tool_call>", end: "<tool_call|>", q: '<|"|>' };
const functionGemma: Dialect = { begin: "<start_function_call>", end: "<end_function_call>", q: "<escape>" };

function common({ begin, end, q }: Dialect): Case[] {
  const call = (body: string) => `${begin}call:get_weather${body}${end}`;
  const one = (name: string, body: string, json: string): Case => [name, call(body), [["get_weather", json]]];
  const content = (name: string, text: string): Case => [name, text, [text]];
  return [
    ["no text", "", []],
    content("text without calls", "Hello {a:1} <escape\n"),
    one("one call", `{city:${q}Paris${q}}`, '{"city":"Paris"}'),
    one("several arguments", `{city:${q}Paris${q},days:3}`, '{"city":"Paris","days":3}'),
    one(
      "numbers and words",
      "{a:1,b:-2.5e3,c:true,d:false,e:null}",
      '{"a":1,"b":-2.5e3,"c":true,"d":false,"e":null}',
    ),
    one("a list", `{a:[${q}x${q},${q}y${q},3]}`, '{"a":["x","y",3]}'),
    one("nested objects", `{a:{b:{c:[{d:${q}x${q}}]}},e:{}}`, '{"a":{"b":{"c":[{"d":"x"}]}},"e":{}}'),
    one("empty lists and objects", "{a:[],b:{}}", '{"a":[],"b":{}}'),
    one("no arguments", "{}", "{}"),
    one("an empty text", `{a:${q}${q}}`, '{"a":""}'),
    // ollama/ollama pull request 15255: quotes within texts
    one("quotes within a text", `{a:${q}echo "it's" \\n${q}}`, '{"a":"echo \\"it\'s\\" \\\\n"}'),
    // ml-explore/mlx-lm pull request 1150: braces within texts
    one(
      "braces and commas within a text",
      `{a:${q}f(){ return [1, 2]; }, b:3${q}}`,
      '{"a":"f(){ return [1, 2]; }, b:3"}',
    ),
    one("line breaks within a text", `{a:${q}1\n\t2${q}}`, '{"a":"1\\n\\t2"}'),
    one(
      "markers within a text",
      `{a:${q}${end}${begin}call:get_time{}${q}}`,
      `{"a":"${end}${begin}call:get_time{}"}`,
    ),
    one("the begin of a quote within a text", `{a:${q}x<|"<|<esc${q}}`, '{"a":"x<|\\"<|<esc"}'),
    one("unicode", `{a:${q}日本 🙂 é${q}}`, '{"a":"日本 🙂 é"}'),
    one("white space between all", `{ a : ${q} x ${q} , b : 1 }`, '{"a":" x ","b":1}'),
    one("keys in quotes", `{${q}a b${q}:1,"c":2}`, '{"a b":1,"c":2}'),
    // vllm-project/vllm issue 51284: JSON's and Python's quotes
    one("JSON's quotes", `{a:["x","y"],b:{"mode": "fast"}}`, '{"a":["x","y"],"b":{"mode":"fast"}}'),
    one("Python's quotes", "{a:['it, {x}'],b:'y'}", '{"a":["it, {x}"],"b":"y"}'),
    // ollama/ollama issue 17882
    one("an equals sign after a key", "{a:1,save_as='report.docx'}", '{"a":1,"save_as":"report.docx"}'),
    // vllm-project/vllm pull request 53657
    one("parentheses for braces", `(command:${q}ls -a${q})`, '{"command":"ls -a"}'),
    one("a text without quotes", "{city:New York,days:2}", '{"city":"New York","days":2}'),
    one("a comma at the end", "{a:1,}", '{"a":1}'),
    ["a name with a dash", `${begin}call:manim-video{}${end}`, [["manim-video", "{}"]]],
    // jundot/omlx pull request 1854
    ["a name with its server's", `${begin}call:google:mcp:get_time{a:1}${end}`, [["get_time", '{"a":1}']]],
    ["white space around the call", `${begin}\ncall:get_time{}\n${end}`, [["get_time", "{}"]]],
    ["no word before the name", `${begin}get_time{}${end}`, [["get_time", "{}"]]],
    [
      "several calls",
      `${call("{a:1}")}${begin}call:get_time{}${end}\n${call("{}")}`,
      [
        ["get_weather", '{"a":1}'],
        ["get_time", "{}"],
        ["get_weather", "{}"],
      ],
    ],
    [
      "text around a call",
      `I look.\n${call("{a:1}")}\nDone.`,
      ["I look.", ["get_weather", '{"a":1}'], "Done."],
    ],
    content("an unknown tool", `${begin}call:nope{a:${q}x${q}}${end}`),
    [
      "a known tool after an unknown one",
      `${begin}call:nope{}${end}${call("{}")}`,
      [`${begin}call:nope{}${end}`, ["get_weather", "{}"]],
    ],
    content("no braces", `${begin}call:get_time${end}`),
    content("no call", `${begin}hello${end}`),
    content("cut off in the marker", begin.slice(0, -2)),
    content("cut off in the word", `${begin}cal`),
    content("cut off in the name", `${begin}call:get_wea`),
    ["cut off in a key", `${begin}call:get_weather{ci`, [["get_weather", '{"ci"']]],
    ["cut off in a text", `${begin}call:get_weather{city:${q}Par`, [["get_weather", '{"city":"Par']]],
    ["cut off after a text", `${begin}call:get_weather{city:${q}Par${q}`, [["get_weather", '{"city":"Par"']]],
    ["cut off before the end", `${begin}call:get_weather{a:1}`, [["get_weather", '{"a":1}']]],
    ["a brace too many", call("{a:1}}"), [["get_weather", '{"a":1}']]],
    one("arguments that break", "{a:{1}}", '{"a":{"1"}}'),
    [
      "a call after arguments that break",
      `${call("{a 1}")}${begin}call:get_time{}${end}`,
      [
        ["get_weather", '{"a"1}'],
        ["get_time", "{}"],
      ],
    ],
  ];
}

describe("Gemma 4", () => {
  testParser(gemma, tools, [
    ...common(gemma4),
    [
      "thoughts before a call",
      "<|channel>thought\nI look it up.\n<channel|><|tool_call>call:get_time{}<tool_call|><|tool_response>",
      [{ reasoning: "I look it up.\n" }, ["get_time", "{}"]],
    ],
    ["thoughts before an answer", "<|channel>thought\na < b<channel|>Hi", [{ reasoning: "a < b" }, "Hi"]],
    ["empty thoughts", "<|channel>thought\n<channel|>Hi", ["Hi"]],
    ["thoughts cut off", "<|channel>thought\nI lo", [{ reasoning: "I lo" }]],
    ["another channel", "<|channel>other", ["<|channel>other"]],
  ]);
});

describe("FunctionGemma", () => {
  testParser(gemma, tools, [
    ...common(functionGemma),
    [
      "the marker of the answer after a call",
      "<start_function_call>call:get_time{}<end_function_call><start_function_response>",
      [["get_time", "{}"]],
    ],
  ]);
});
