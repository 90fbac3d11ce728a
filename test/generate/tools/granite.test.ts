import { describe } from "bun:test";
import { granite } from "../../../src/generate/tools/granite.ts";
import { listCases } from "./list-cases.ts";
import { testParser, tool } from "./parsing.ts";

const tools = [tool("get_weather"), tool("get_time")];

describe("Granite with its special token", () => testParser(granite, tools, listCases("<|tool_call|>", "")));

describe("Granite with a plain tag", () => testParser(granite, tools, listCases("<tool_call>", "")));

describe("Granite's own ways", () => {
  testParser(granite, tools, [
    // What Granite 3.3 makes of a tool without arguments: a brace too many, a value that is none of the call's
    [
      "a brace too many",
      '<|tool_call|>[{"name": "get_time", "arguments": {}, "return": "2022-09-20T14:30:00Z"}}]',
      [["get_time", "{}"]],
    ],
    [
      "two lists",
      '<|tool_call|>[{"name": "get_time", "arguments": {}}]\n<|tool_call|>[{"name": "get_time", "arguments": {}}]',
      [
        ["get_time", "{}"],
        ["get_time", "{}"],
      ],
    ],
  ]);
});
