import { describe } from "bun:test";
import { deepseek } from "../../../src/generate/tools/deepseek.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time"), tool("function")];

const block = (...calls: string[]) => `<｜tool▁calls▁begin｜>${calls.join("\n")}<｜tool▁calls▁end｜>`;
const fenced = (name: string, args: string) =>
  `<｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${args}\n\`\`\`<｜tool▁call▁end｜>`;
const bare = (name: string, args: string) =>
  `<｜tool▁call▁begin｜>${name}<｜tool▁sep｜>${args}<｜tool▁call▁end｜>`;
const content = (name: string, text: string): Case => [name, text, [text]];

function common(call: (name: string, args: string) => string): Case[] {
  const same = (name: string, args: string): Case => [
    name,
    block(call("get_weather", args)),
    [["get_weather", args]],
  ];
  return [
    same("one call", '{"city": "Paris"}'),
    [
      "several calls",
      block(
        call("get_weather", '{"city": "Tokyo"}'),
        call("get_weather", '{"city": "Paris"}'),
        call("get_time", "{}"),
      ),
      [
        ["get_weather", '{"city": "Tokyo"}'],
        ["get_weather", '{"city": "Paris"}'],
        ["get_time", "{}"],
      ],
    ],
    ["text before the calls", `I look.\n\n${block(call("get_time", "{}"))}`, ["I look.", ["get_time", "{}"]]],
    ["text after the calls", `${block(call("get_time", "{}"))}\nDone.`, [["get_time", "{}"], "Done."]],
    same("nested objects and lists", '{"a": {"b": [1, {"c": []}]}}'),
    same("line breaks in the object", '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}'),
    same("braces within strings", '{"a": "}{", "b": "{"}'),
    same("markers and fences within strings", '{"a": "<｜tool▁call▁end｜>\\n```<｜tool▁calls▁end｜>"}'),
    same("escaped quotes", '{"a": "\\"x\\" \\\\"}'),
    same("unicode", '{"a": "東京 ｜▁ 🙂 \\u6771"}'),
    same("empty arguments", "{}"),
    // sgl-project/sglang issue 35563: calls lost their names when the text came in two pieces
    ["a tool that is called as the type is", block(call("function", '{"a": 1}')), [["function", '{"a": 1}']]],
    content("an unknown tool", block(call("nope", '{"a": 1}'))),
    [
      "a known tool after an unknown one",
      block(call("nope", "{}"), call("get_time", "{}")),
      [`<｜tool▁calls▁begin｜>${call("nope", "{}")}`, ["get_time", "{}"]],
    ],
    [
      "white space around all",
      `<｜tool▁calls▁begin｜>\n ${call("get_time", " {} ")}\n <｜tool▁calls▁end｜>\n`,
      [["get_time", "{}"]],
    ],
    ["no markers around the calls", call("get_time", "{}"), [["get_time", "{}"]]],
    ["no end of the block", `<｜tool▁calls▁begin｜>${call("get_time", "{}")}`, [["get_time", "{}"]]],
    [
      "arguments that break",
      block(call("get_weather", '{"a" 1}')),
      [["get_weather", call("", '{"a" 1}').includes("```") ? '{"a" 1}\n```' : '{"a" 1}']],
    ],
    ...[
      "<｜tool_calls_begin｜>",
      "<｜tool calls begin｜>",
      "<｜tool\\_calls\\_begin｜>",
      "<｜tool▁calls｜>",
    ].map(
      (marker): Case => [
        `the block begun with ${marker}`,
        `${marker}${call("get_time", "{}")}<｜tool▁calls▁end｜>`,
        [["get_time", "{}"]],
      ],
    ),
  ];
}

describe("DeepSeek V3 and R1", () => {
  testParser(deepseek, tools, [
    ...common(fenced),
    // vllm-project/vllm pull request 48367: a block without a whole call was a call of nothing
    content("cut off after the block's marker", "<｜tool▁calls▁begin｜>"),
    content("cut off in the type", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>func"),
    content("cut off in the name", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_w"),
    content(
      "cut off in the fence",
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```js",
    ),
    [
      "cut off in the arguments",
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": "Pa',
      [["get_weather", '{"city": "Pa']],
    ],
    ["cut off in the end", block(fenced("get_time", "{}")).slice(0, -26), [["get_time", "{}"], "<｜tool▁ca"]],
    [
      "no json fence",
      block('<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n{"a": 1}<｜tool▁call▁end｜>'),
      [["get_time", '{"a": 1}']],
    ],
    [
      "a fence without a language",
      block("<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_time\n```\n{}\n```<｜tool▁call▁end｜>"),
      [["get_time", "{}"]],
    ],
    [
      "no type",
      block("<｜tool▁call▁begin｜>get_time\n```json\n{}\n```<｜tool▁call▁end｜>"),
      [["get_time", "{}"]],
    ],
  ]);
});

describe("DeepSeek V3.1", () => {
  testParser(deepseek, tools, [
    ...common(bare),
    ["no text", "", []],
    content("plain text", "Hello <｜ there ｜> <tool▁call> <｜tool▁call▁beg"),
    content("cut off in the name", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_ti"),
    content("cut off in the separator", "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_time<｜tool"),
    content(
      "cut off before the arguments",
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_time<｜tool▁sep｜>",
    ),
    [
      "a fence all the same",
      block("<｜tool▁call▁begin｜>get_time<｜tool▁sep｜>```json\n{}\n```<｜tool▁call▁end｜>"),
      [["get_time", "{}"]],
    ],
    [
      "fullwidth bars before a marker",
      `<｜<｜${block(bare("get_time", "{}"))}`,
      ["<｜<｜", ["get_time", "{}"]],
    ],
  ]);
});
