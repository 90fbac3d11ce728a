import { describe } from "bun:test";
import { phi4 } from "../../../src/generate/tools/phi4.ts";
import { listCases } from "./list-cases.ts";
import { type Case, testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time")];

const own: Case[] = [
  [
    "a closing tag in the other spelling is text",
    '<|tool_call|>[{"name": "get_time", "arguments": {}}]</|tool_call|>',
    [["get_time", "{}"], "</|tool_call|>"],
  ],
  // llama.cpp's template for Phi-4-mini
  [
    "one tag for each call",
    '<|tool_call|>{"name": "get_time", "arguments": {}}<|/tool_call|><|tool_call|>{"name": "get_weather", "arguments": {"a": 1}}<|/tool_call|>',
    [
      ["get_time", "{}"],
      ["get_weather", '{"a": 1}'],
    ],
  ],
  ["the name of Python's module", "Use functools.cache here.", ["Use functools.cache here."]],
  ["functools with text in brackets", "functools[ This is just text ]", ["functools[ This is just text ]"]],
];

describe("Phi-4 with tags", () => {
  testParser(phi4, tools, [...listCases("<|tool_call|>", "<|/tool_call|>"), ...own]);
});

describe("Phi-4 with functools", () => testParser(phi4, tools, listCases("functools", "")));
