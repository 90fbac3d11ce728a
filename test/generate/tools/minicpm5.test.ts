import { describe, expect, test } from "bun:test";
import { minicpm5 } from "../../../src/generate/tools/minicpm5.ts";
import { type Case, parse, testParser } from "./parsing.ts";
import { taggedCases, taggedTools, type WriteCall } from "./tagged-cases.ts";

const plain: WriteCall = (args, name = "f") => {
  const params = args.map(([key, raw]) => `<param name="${key}">${raw}</param>`);
  return `<function name="${name}">${params.join("")}</function>`;
};
const inBlocks: WriteCall = (args, name = "f") => {
  const params = args.map(([key, raw]) => `\n  <param name='${key}'><![CDATA[${raw}]]></param>`);
  return `<function name='${name}'>${params.join("")}\n</function>`;
};

const own: Case[] = [
  [
    "a text in a block with all that has to be in one",
    inBlocks([["text", "if (a < b && c) {\n  </param>]] > \n}"]]),
    [["f", '{"text": "if (a < b && c) {\\n  </param>]] > \\n}"}']],
  ],
  ["the end of a block within one", inBlocks([["text", "a]]>b"]]), [["f", '{"text": "a]]>b"}']]],
  ["a closing tag within a text", plain([["text", "a</param>b"]]), [["f", '{"text": "a</param>b"}']]],
  [
    "a function's closing tag within a text",
    plain([["text", "a</function>b"]]),
    [["f", '{"text": "a</function>b"}']],
  ],
  ["HTML that is no call", '<param name="x">y</param>', ['<param name="x">y</param>']],
  ["a function without a name", "<function>f</function>", ["<function>f</function>"]],
  ["cut off in the name", '<function name="f', ['<function name="f']],
  ["cut off in a param's name", '<function name="f"><param nam', [["f", "{"]]],
  ["cut off in a text", '<function name="f"><param name="text">ab', [["f", '{"text": "ab']]],
  ["cut off in a block", '<function name="f"><param name="text"><![CDATA[a<', [["f", '{"text": "a<']]],
  ["cut off behind a value", '<function name="f"><param name="count">1</param>', [["f", '{"count": 1']]],
];

describe("MiniCPM5's calls", () => {
  testParser(minicpm5, taggedTools, [...taggedCases(plain, { marker: "<function" }), ...own]);
});

describe("MiniCPM5's calls in blocks", () => {
  testParser(minicpm5, taggedTools, taggedCases(inBlocks, { marker: "<function" }));
});

test("calls of an earlier answer are written so that they read the same", () => {
  const calls = [
    {
      name: "f",
      arguments: '{"text": "a < \\"b\\"\\n", "count": 2512292042121000001, "list": ["x"], "unit": "celsius"}',
    },
    { name: "g", arguments: "{}" },
  ];
  const text = minicpm5.renderCalls?.(calls) ?? "";
  expect(text).toStartWith('<function name="f"><param name="text"><![CDATA[a < "b"\n]]></param>');
  expect(parse(minicpm5, taggedTools, [text])).toEqual(calls.map((call) => [call.name, call.arguments]));
});
