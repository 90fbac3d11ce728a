import { describe, expect, test } from "bun:test";
import { glm } from "../../../src/generate/tools/glm.ts";
import { type Case, parse, testParser } from "./parsing.ts";
import { taggedCases, taggedTools, type WriteCall } from "./tagged-cases.ts";

/** GLM-4.7's layout; GLM-4.5's and 4.6's is the same with a line break after each part. */
const tight: WriteCall = (args, name = "f") => {
  const parts = args.map(([key, raw]) => `<arg_key>${key}</arg_key><arg_value>${raw}</arg_value>`);
  return `<tool_call>${name}${parts.join("")}</tool_call>`;
};
const spread: WriteCall = (args, name = "f") => {
  const parts = args.map(([key, raw]) => `<arg_key>${key}</arg_key>\n<arg_value>${raw}</arg_value>\n`);
  return `<tool_call>${name}\n${parts.join("")}</tool_call>`;
};

const own: Case[] = [
  ["a closing tag within a text", tight([["text", "a</arg_value>b"]]), [["f", '{"text": "a</arg_value>b"}']]],
  [
    "a call's closing tag within a text",
    tight([["text", "a</tool_call>b"]]),
    [["f", '{"text": "a</tool_call>b"}']],
  ],
  ["line breaks in a text", tight([["text", "a\n\nb\n"]]), [["f", '{"text": "a\\n\\nb\\n"}']]],
  ["a call in JSON", '<tool_call>{"name": "f"}</tool_call>', ['<tool_call>{"name": "f"}</tool_call>']],
  ["cut off in the name", "<tool_call>f", ["<tool_call>f"]],
  ["cut off in a key", "<tool_call>f\n<arg_key>te", [["f", "{"]]],
  ["cut off between key and value", "<tool_call>f<arg_key>text</arg_key>\n<arg_va", [["f", "{"]]],
  [
    "a key without a value",
    "<tool_call>f<arg_key>text</arg_key><arg_key>count</arg_key><arg_value>1</arg_value></tool_call>",
    [["f", '{"count": 1}']],
  ],
  ["cut off in a text", "<tool_call>f<arg_key>text</arg_key><arg_value>ab", [["f", '{"text": "ab']]],
  [
    "cut off behind a value",
    "<tool_call>f<arg_key>count</arg_key><arg_value>1</arg_value>",
    [["f", '{"count": 1']],
  ],
];

describe("GLM-4.7's calls", () => {
  testParser(glm, taggedTools, [...taggedCases(tight, { marker: "<tool_call>" }), ...own]);
});

describe("GLM-4.6's calls", () => {
  testParser(glm, taggedTools, taggedCases(spread, { marker: "<tool_call>" }));
});

test("calls of an earlier answer are written so that they read the same", () => {
  const calls = [
    {
      name: "f",
      arguments: '{"text": "a \\"b\\"\\n", "count": 2512292042121000001, "list": ["x"], "on": true}',
    },
    { name: "g", arguments: "{}" },
  ];
  const text = glm.renderCalls?.(calls) ?? "";
  expect(text).toStartWith("<tool_call>f<arg_key>text</arg_key><arg_value>a");
  expect(parse(glm, taggedTools, [text])).toEqual(calls.map((call) => [call.name, call.arguments]));
});
