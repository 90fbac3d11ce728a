import { describe } from "bun:test";
import { harmony } from "../../../src/generate/tools/harmony.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time"), tool("file.read-all")];

const thinking = "<|channel|>analysis<|message|>Need to look.<|end|>";
const thought = { reasoning: "Need to look." };
const content = (name: string, text: string): Case => [name, text, [text]];
const inChannel = (args: string) =>
  `<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>${args}<|call|>`;
const same = (name: string, args: string): Case => [
  name,
  `${thinking}<|start|>assistant${inChannel(args)}`,
  [thought, ["get_weather", args]],
];

const answers: Case[] = [
  ["no text", "", []],
  // docs/format.md, "Example output"
  [
    "reasoning and an answer",
    '<|channel|>analysis<|message|>User asks: "What is 2 + 2?" Simple.<|end|><|start|>assistant<|channel|>final<|message|>2 + 2 = 4.<|return|>',
    [{ reasoning: 'User asks: "What is 2 + 2?" Simple.' }, "2 + 2 = 4."],
  ],
  [
    "an answer without its last token",
    `${thinking}<|start|>assistant<|channel|>final<|message|>Hello <b>you</b>.\n`,
    [thought, "Hello <b>you</b>.\n"],
  ],
  ["an answer alone", "<|channel|>final<|message|>Hi<|return|>", ["Hi"]],
  ["reasoning alone", thinking, [thought]],
  ["reasoning cut off", "<|channel|>analysis<|message|>Need to lo", [{ reasoning: "Need to lo" }]],
  ["two thoughts", `${thinking}<|start|>assistant${thinking}`, [{ reasoning: "Need to look.Need to look." }]],
  [
    "line breaks in reasoning",
    "<|channel|>analysis<|message|>a\n\n b\n<|end|><|start|>assistant<|channel|>final<|message|>c",
    [{ reasoning: "a\n\n b\n" }, "c"],
  ],
  content("text without messages", "Hello <b>there</b>, a | b <| c"),
  [
    "the answer goes on in another message",
    "<|channel|>final<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
    ["ab"],
  ],
  [
    "a message that has no end",
    "<|channel|>analysis<|message|>a<|channel|>final<|message|>b",
    [{ reasoning: "a" }, "b"],
  ],
  [
    "a message without a channel",
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|message|>b",
    [{ reasoning: "a" }, "b"],
  ],
  // ggml-org/llama.cpp issue 27720 and openai/harmony issue 38: headers that are none
  ["a channel that there is not", "<|channel|>commentary?<|message|>a<|end|>", ["a"]],
  [
    "a header of free text",
    `<|channel|>I think so<|end|><|start|>assistant${thinking}`,
    ["<|channel|>I think so", thought],
  ],
  ["cut off in the channel", "<|channel|>fin", []],
  ["cut off in the message's marker", "<|channel|>final<|mess", []],
  ["cut off in the end's marker", "<|channel|>final<|message|>a<|retu", ["a<|retu"]],
  [
    "text that is almost a marker",
    "<|channel|>final<|message|><|ends|> <|end |><|return|>",
    ["<|ends|> <|end |>"],
  ],
  [
    "a header without an end",
    `<|channel|>${"so it goes ".repeat(30)}`,
    [`<|channel|>${"so it goes ".repeat(30)}`],
  ],
];

const calls: Case[] = [
  // docs/format.md, "Receiving tool calls"
  same("a recipient in the channel", '{"location":"San Francisco"}'),
  [
    "a recipient in the role",
    `${thinking}<|start|>assistant to=functions.get_weather<|channel|>commentary json<|message|>{"a": 1}<|call|>`,
    [thought, ["get_weather", '{"a": 1}']],
  ],
  [
    "a recipient in the role at the very begin",
    ' to=functions.get_weather<|channel|>commentary <|constrain|>json<|message|>{"a": 1}',
    [["get_weather", '{"a": 1}']],
  ],
  ["a call at the very begin", inChannel("{}"), [["get_weather", "{}"]]],
  [
    "no space before the type",
    "<|channel|>commentary to=functions.get_weather<|constrain|>json<|message|>{}<|call|>",
    [["get_weather", "{}"]],
  ],
  ["no type", "<|channel|>commentary to=functions.get_time<|message|>{}<|call|>", [["get_time", "{}"]]],
  [
    "another type",
    "<|channel|>commentary to=functions.get_time code<|message|>{}<|call|>",
    [["get_time", "{}"]],
  ],
  ["no namespace", "<|channel|>commentary to=get_time json<|message|>{}<|call|>", [["get_time", "{}"]]],
  [
    "a name with dots and dashes",
    "<|channel|>commentary to=functions.file.read-all json<|message|>{}<|call|>",
    [["file.read-all", "{}"]],
  ],
  [
    "a channel named twice",
    "<|channel|>commentary to=functions.get_time<|channel|>commentary json<|message|>{}<|call|>",
    [["get_time", "{}"]],
  ],
  [
    "a call in the channel of reasoning",
    "<|channel|>analysis to=functions.get_time <|constrain|>json<|message|>{}<|call|>",
    [["get_time", "{}"]],
  ],
  [
    "several calls",
    `${inChannel('{"a":1}')}<|start|>assistant${inChannel('{"a":2}')}`,
    [
      ["get_weather", '{"a":1}'],
      ["get_weather", '{"a":2}'],
    ],
  ],
  [
    "a call that ends as a message",
    "<|channel|>commentary to=functions.get_time json<|message|>{}<|end|><|start|>assistant<|channel|>final<|message|>ok",
    [["get_time", "{}"], "ok"],
  ],
  // docs/format.md, "Preambles"
  [
    "a preamble",
    `${thinking}<|start|>assistant<|channel|>commentary<|message|>**Action plan**:\n1. Look<|end|><|start|>assistant${inChannel("{}")}`,
    [thought, "**Action plan**:\n1. Look", ["get_weather", "{}"]],
  ],
  same("nested objects", '{"a": {"b": [1, {"c": {}}]}}'),
  same("braces and quotes within strings", '{"a": "}{ \\"x\\" \\\\"}'),
  same("markers within strings", '{"a": "<|end|><|call|><|start|>assistant"}'),
  same("unicode", '{"a": "日本 🙂 \\u65e5"}'),
  same("empty arguments", "{}"),
  ["white space around the arguments", inChannel(' \n{"a": 1}\n '), [["get_weather", '{"a": 1}']]],
  ["a brace too many", inChannel('{"a": 1}}'), [["get_weather", '{"a": 1}']]],
  ["no arguments", inChannel(""), [["get_weather", "{}"]]],
  ["arguments that break", inChannel('{"a" 1}'), [["get_weather", '{"a" 1}']]],
  ["arguments that are no object", inChannel("Paris"), ["Paris"]],
  [
    "an unknown tool",
    `${thinking}<|start|>assistant<|channel|>commentary to=functions.nope <|constrain|>json<|message|>{"a": 1}<|call|>`,
    [thought, '{"a": 1}'],
  ],
  [
    "a tool that is built in elsewhere",
    "<|channel|>analysis to=browser.search code<|message|>{}<|call|>",
    [{ reasoning: "{}" }],
  ],
  [
    "a known tool after an unknown one",
    `<|channel|>commentary to=python<|message|>1<|end|><|start|>assistant${inChannel("{}")}`,
    ["1", ["get_weather", "{}"]],
  ],
  [
    "a recipient in reasoning's text",
    "<|channel|>analysis<|message|>I call to=functions.get_time now.<|end|>",
    [{ reasoning: "I call to=functions.get_time now." }],
  ],
  [
    "a recipient of the last channel",
    "<|channel|>final to=functions.get_time<|message|>{}<|return|>",
    ["{}"],
  ],
  ["cut off in the recipient", "<|channel|>commentary to=functions.get_w", []],
  ["cut off before the message", "<|channel|>commentary to=functions.get_weather <|constrain|>json", []],
  ["cut off before the arguments", "<|channel|>commentary to=functions.get_time json<|message|>", []],
  ...[
    '<|channel|>commentary to=functions.get_time <|constrain|>json<|message|>{"a":1}<|call|>',
    ' to=functions.get_time <|constrain|>json<|message|>{"a":1}<|call|>',
    ' to=functions.get_time<|channel|>commentary json<|message|>{"a":1}<|call|>',
    ' to=get_time<|message|>{"a":1}',
  ].map(
    (header): Case => [
      `a call that starts within a thought with ${header.slice(0, 14)}, ${header.length}`,
      `<|channel|>analysis<|message|>I look.${header}`,
      [{ reasoning: header.startsWith(" ") ? "I look. " : "I look." }, ["get_time", '{"a":1}']],
    ],
  ),
  [
    "a recipient in a thought that is not called",
    '<|channel|>analysis<|message|>to=functions.get_time and {"a":1}<|end|>',
    [{ reasoning: 'to=functions.get_time and {"a":1}' }],
  ],
  // lmstudio-ai/lmstudio-bug-tracker issue 942: arguments that end too early
  [
    "cut off in the arguments",
    '<|channel|>commentary to=functions.get_weather json<|message|>{"data":{"envs":{"a":"1"}}',
    [["get_weather", '{"data":{"envs":{"a":"1"}}']],
  ],
  content("a word like a recipient at the begin", "to=do: nothing"),
];

describe("gpt-oss' answers", () => testParser(harmony, tools, answers));

describe("gpt-oss' calls", () => testParser(harmony, tools, calls));

describe("gpt-oss without tools", () => {
  testParser(
    harmony,
    [],
    [
      ...answers,
      [
        "a call",
        `${thinking}<|start|>assistant<|channel|>commentary to=functions.get_time json<|message|>{}<|call|>`,
        [thought, "{}"],
      ],
    ],
  );
});
