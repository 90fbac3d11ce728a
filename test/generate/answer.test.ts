import { describe, expect, test } from "bun:test";
import { createMessageBuilder } from "../../src/api/openai/chat/message-builder.ts";
import type { ChatDelta } from "../../src/api/openai/responses.ts";
import { createAnswerReader } from "../../src/generate/answer.ts";
import { createReasoningSplitter } from "../../src/generate/reasoning.ts";
import { hermes } from "../../src/generate/tools/hermes.ts";
import { tool } from "./tools/parsing.ts";

const tools = [tool("find")];
const call = '<tool_call>\n{"name": "find", "arguments": {"what": "a \\"lamp\\""}}\n</tool_call>';
const found = { name: "find", arguments: '{"what": "a \\"lamp\\""}' };

interface Form {
  thinks?: boolean;
  withTools?: boolean;
  legacy?: boolean;
  stops?: string[];
}

function read(pieces: string[], { thinks = false, withTools = false, legacy = false, stops = [] }: Form) {
  let calls = 0;
  const reader = createAnswerReader({
    reasoning: thinks
      ? createReasoningSplitter({ open: "<think>", close: "</think>", startsOpen: false })
      : null,
    calls: withTools ? hermes.createParser(tools) : null,
    legacy,
    stops,
    newCallId: () => `call_${calls++}`,
  });
  const builder = createMessageBuilder();
  const deltas: ChatDelta[] = [];
  for (const piece of pieces) if (!reader.stopped) deltas.push(...reader.push(piece, 1));
  if (!reader.stopped) deltas.push(...reader.end());
  for (const delta of deltas) builder.add(delta);
  return { deltas, message: builder.build(), reader, reason: reader.finish("stop") };
}

const said = (content: string | null, extra: Record<string, unknown> = {}) => ({
  role: "assistant",
  content,
  refusal: null,
  ...extra,
});
const callOf = (index: number) => ({ id: `call_${index}`, type: "function", function: found });

const cases: [name: string, text: string, Form, Record<string, unknown>, string][] = [
  ["plain text", "Hello there.", {}, said("Hello there."), "stop"],
  ["nothing", "", {}, said(""), "stop"],
  ["a call that no tools allow is text", call, {}, said(call), "stop"],
  ["a call", call, { withTools: true }, said(null, { tool_calls: [callOf(0)] }), "tool_calls"],
  [
    "text before two calls",
    `I look.\n${call}\n${call}`,
    { withTools: true },
    said("I look.", { tool_calls: [callOf(0), callOf(1)] }),
    "tool_calls",
  ],
  [
    "the older function_call",
    call,
    { withTools: true, legacy: true },
    said(null, { function_call: found }),
    "function_call",
  ],
  [
    "reasoning, then text",
    "<think>\nHm.\n</think>\n\nYes.",
    { thinks: true },
    said("Yes.", { reasoning_content: "Hm." }),
    "stop",
  ],
  [
    "reasoning, then a call",
    `<think>Hm <tool_call> no</think>\n${call}`,
    { thinks: true, withTools: true },
    said(null, { reasoning_content: "Hm <tool_call> no", tool_calls: [callOf(0)] }),
    "tool_calls",
  ],
  ["a stop string in the content", "one two three", { stops: ["two"] }, said("one "), "stop"],
  [
    "a stop string within a call's arguments does not cut them",
    call,
    { withTools: true, stops: ["lamp"] },
    said(null, { tool_calls: [callOf(0)] }),
    "tool_calls",
  ],
  [
    "a stop string in the reasoning does not end the answer",
    "<think>stop</think>go",
    { thinks: true, stops: ["stop"] },
    said("go", { reasoning_content: "stop" }),
    "stop",
  ],
];

describe("an answer read from a model's text", () => {
  for (const [name, text, form, message, reason] of cases) {
    test(`${name}: whole and by characters`, () => {
      for (const pieces of [[text], [...text]]) {
        const answer = read(pieces, form);
        expect(answer.message as unknown).toEqual(message);
        expect(answer.reason).toBe(reason as never);
      }
    });
  }

  test("streams a call as OpenAI does: id, type and name first, then arguments by index", () => {
    const { deltas } = read([...call], { withTools: true });
    expect(deltas[0] as unknown).toEqual({
      tool_calls: [{ index: 0, id: "call_0", type: "function", function: { name: "find", arguments: "" } }],
    });
    expect(deltas.length).toBeGreaterThan(5);
    for (const { tool_calls: [piece] = [] } of deltas.slice(1)) {
      expect(piece).toEqual({ index: 0, function: { arguments: expect.any(String) } });
    }
  });

  test("ends after sixteen calls, the last one whole", () => {
    const { message, reader } = read([...Array.from({ length: 20 }, () => `${call}\n`)], { withTools: true });
    expect(message.tool_calls).toHaveLength(16);
    expect(message.tool_calls?.at(-1)?.function).toEqual(found);
    expect(reader.stopped).toBeTrue();
    expect(reader.finish("stop")).toBe("tool_calls");
  });

  test("counts the tokens that were reasoning", () => {
    const { reader } = read(["<think>", "one", " two", "</think>", "three"], { thinks: true });
    expect(reader.reasoningTokens).toBe(2);
  });

  test("an answer that is cut says so, also within a call", () => {
    const { reader, message } = read([call.slice(0, 60)], { withTools: true });
    expect(reader.finish("length")).toBe("length");
    expect(message.tool_calls?.[0]?.function.arguments).toStartWith('{"what"');
  });
});
