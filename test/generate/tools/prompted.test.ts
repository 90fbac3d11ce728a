import { expect, test } from "bun:test";
import { hermes } from "../../../src/generate/tools/hermes.ts";
import { toolSystemPrompt } from "../../../src/generate/tools/prompted.ts";
import { parse, tool } from "./parsing.ts";

const tools = [
  { ...tool("get_weather", { city: { type: "string" } }), description: "Weather in a city" },
  tool("get_time"),
];
const prompt = toolSystemPrompt(tools);

test("the system message names each tool in a line of JSON, and nothing of ours", () => {
  const lines = prompt.slice(prompt.indexOf("<tools>\n") + 8, prompt.indexOf("\n</tools>")).split("\n");
  const told = tools.map(({ grammar: _own, ...rest }) => rest);
  expect(lines.map((line): unknown => JSON.parse(line))).toEqual(told);
});

test("the system message shows the form of a call that the parser reads", () => {
  const named = prompt.replace("the name of the tool", "get_time");
  expect(parse(hermes, tools, [named])).toContainEqual(["get_time", '{"argument": "value"}']);
});
