import { expect, test } from "bun:test";
import { deepseek } from "../../../src/generate/tools/deepseek.ts";
import type { ToolFormat, ToolPart } from "../../../src/generate/tools/format.ts";
import { gemma } from "../../../src/generate/tools/gemma.ts";
import { glm } from "../../../src/generate/tools/glm.ts";
import { harmony } from "../../../src/generate/tools/harmony.ts";
import { kimi } from "../../../src/generate/tools/kimi.ts";
import { lfm2 } from "../../../src/generate/tools/lfm2.ts";
import { minicpm5 } from "../../../src/generate/tools/minicpm5.ts";
import { mistral } from "../../../src/generate/tools/mistral.ts";
import { onyx } from "../../../src/generate/tools/onyx.ts";
import { phi4 } from "../../../src/generate/tools/phi4.ts";
import { tool } from "./parsing.ts";

const begins: [ToolFormat, begin: string, json: string][] = [
  [mistral, '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Par', '{"city": "Par'],
  [mistral, '[TOOL_CALLS]get_weather[ARGS]{"city": "Par', '{"city": "Par'],
  [phi4, '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Par', '{"city": "Par'],
  [
    deepseek,
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>{"city": "Par',
    '{"city": "Par',
  ],
  [harmony, '<|channel|>commentary to=functions.get_weather json<|message|>{"city": "Par', '{"city": "Par'],
  [
    kimi,
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>{"city": "Par',
    '{"city": "Par',
  ],
  [lfm2, '<|tool_call_start|>[get_weather(city="Par', '{"city": "Par'],
  [glm, "<tool_call>get_weather<arg_key>city</arg_key><arg_value>Par", '{"city": "Par'],
  [minicpm5, '<function name="get_weather"><param name="city">Par', '{"city": "Par'],
  [
    onyx,
    ' to=get_weather<|message|><atem:invoke name="get_weather"><atem:parameter name="city">Par',
    '{"city": "Par',
  ],
  [gemma, '<|tool_call>call:get_weather{city:<|"|>Par', '{"city":"Par'],
];

test.each(begins.map(([format, ...texts]) => [format.name, format, ...texts] as const))(
  "%s: arguments go out while they come",
  (_name, format, begin, json) => {
    const parts = format.createParser([tool("get_weather", { city: { type: "string" } })]).push(begin);
    expect(parts).toEqual([
      { type: "call", name: "get_weather" },
      { type: "arguments", text: json },
    ]);
  },
);

test.each(
  [mistral, phi4, deepseek, harmony, gemma, glm, kimi, lfm2, minicpm5, onyx].map(
    (format) => [format.name, format] as const,
  ),
)("%s: no more text is held back than could begin a marker", (_name, format) => {
  const parser = format.createParser([tool("get_weather")]);
  const push = (text: string): ToolPart[] => parser.push(text);
  expect(push("a < b, [0]")).toEqual([{ type: "content", text: "a < b, [0]", at: 0 }]);
  expect(push(" x")).toEqual([{ type: "content", text: " x", at: 10 }]);
});
