import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { toMessageEvents } from "../../../src/api/anthropic/messages/events.ts";
import { collectMessage } from "../../../src/api/anthropic/messages/message.ts";
import { Message, MessageEvent } from "../../../src/api/anthropic/messages/response.ts";
import { readSignature } from "../../../src/api/anthropic/messages/thinking.ts";
import { OvError } from "../../../src/errors.ts";
import type { AnswerPart } from "../../../src/generate/parts.ts";
import { answer, call, text, thought } from "../answer-parts.ts";
import { end, head, readEvents, start, toEvents } from "./answers.ts";

/** An event in short, without start and end of the message. */
function short(event: MessageEvent): string[] {
  switch (event.type) {
    case "content_block_start":
      return [`${event.index}:${event.content_block.type}`];
    case "content_block_delta": {
      const { delta } = event;
      if (delta.type === "text_delta") return [delta.text];
      if (delta.type === "thinking_delta") return [delta.thinking];
      if (delta.type === "input_json_delta") return [delta.partial_json];
      return [`signed ${readSignature(delta.signature)}`];
    }
    case "content_block_stop":
      return [`/${event.index}`];
    default:
      return [];
  }
}

const blocks = async (parts: AnswerPart[], extra: Parameters<typeof readEvents>[1] = {}) =>
  (await readEvents([start, ...parts, end("stop")], extra)).flatMap(short);

describe("an answer as events", () => {
  test("starts with the message and a ping, and ends with its reason and usage", async () => {
    const events = await readEvents([start, text("Hi"), end("stop")]);
    for (const event of events) expect([...Value.Errors(MessageEvent, event)]).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual([
      "message_start",
      "ping",
      "content_block_start",
      "content_block_delta",
      "content_block_stop",
      "message_delta",
      "message_stop",
    ]);
    expect(events[0]).toMatchObject({
      message: {
        id: "msg_1",
        model: "m",
        content: [],
        stop_reason: null,
        usage: { input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 0 },
      },
    });
    expect(events.at(-2)).toMatchObject({
      delta: { stop_reason: "end_turn", stop_sequence: null },
      usage: {
        input_tokens: 3,
        cache_read_input_tokens: 4,
        output_tokens: 5,
        output_tokens_details: { thinking_tokens: 2 },
      },
    });
  });

  test.each<[string, AnswerPart[], string[]]>([
    ["text in pieces", [text("a"), text(" b")], ["0:text", "a", " b", "/0"]],
    [
      "thinking, then text",
      [thought("h"), thought("m"), text("a")],
      ["0:thinking", "h", "m", "signed ", "/0", "1:text", "a", "/1"],
    ],
    [
      "calls",
      [...call(0, '{"a"', ":1}"), ...call(1, "{}")],
      ["0:tool_use", '{"a"', ":1}", "/0", "1:tool_use", "{}", "/1"],
    ],
    [
      "text, a call, and text",
      [text("a"), ...call(0, "{}"), text("b")],
      ["0:text", "a", "/0", "1:tool_use", "{}", "/1", "2:text", "b", "/2"],
    ],
    [
      "thinking before a call",
      [thought("h"), ...call(0, "{}")],
      ["0:thinking", "h", "signed ", "/0", "1:tool_use", "{}", "/1"],
    ],
    ["a call that was cut", call(0, '{"a').slice(0, 2), ["0:tool_use", '{"a', "/0"]],
    ["white space before text", [text("\n"), text(" "), text("a")], ["0:text", "\n a", "/0"]],
    [
      "white space between calls, which is no block",
      [...call(0, "{}"), text("\n"), ...call(1, "{}")],
      ["0:tool_use", "{}", "/0", "1:tool_use", "{}", "/1"],
    ],
    ["white space alone", [text(" \n")], []],
    ["nothing", [], []],
  ])("writes %s", async (_, parts, expected) => expect(await blocks(parts)).toEqual(expected));

  test("puts thinking into its signature where the client wants to see none", async () => {
    const parts = [thought("h"), thought("é"), text("a")];
    expect(await blocks(parts, { display: "omitted" })).toEqual([
      "0:thinking",
      "signed hé",
      "/0",
      "1:text",
      "a",
      "/1",
    ]);
  });

  test("keeps thinking back where nobody asked for it", async () => {
    expect(await blocks([thought("h"), text("a")], { display: "hidden" })).toEqual(["0:text", "a", "/0"]);
  });

  test("throws what ends the answer early", async () => {
    async function* failing() {
      yield { index: 0, part: start };
      throw new OvError("engine_crashed", "It is gone.");
    }
    const events = toMessageEvents(failing(), head);
    expect(Array.fromAsync(events)).rejects.toThrow("It is gone.");
    expect(collectMessage(toMessageEvents(failing(), head))).rejects.toThrow("It is gone.");
  });
});

test.each<[AnswerPart, number | null, string, string | null]>([
  [end("stop"), 5, "end_turn", null],
  [end("stop", "END"), 5, "stop_sequence", "END"],
  [end("calls"), 5, "tool_use", null],
  [end("calls", "END"), 5, "tool_use", null],
  [end("length"), 5, "max_tokens", null],
  [end("length"), null, "max_tokens", null],
  [end("length"), 32_000, "model_context_window_exceeded", null],
])("%j of at most %p tokens ends with %s", async (part, maxTokens, reason, sequence) => {
  const message = await collectMessage(toEvents([start, part], { maxTokens }));
  expect(message).toMatchObject({ stop_reason: reason, stop_sequence: sequence });
});

describe("an answer as a message", () => {
  test("has the same blocks, whole", async () => {
    const message = await collectMessage(
      toEvents([
        start,
        thought("Hm"),
        thought("."),
        text("a"),
        text("b"),
        ...call(0, '{"x"', ":[1]}"),
        end("calls"),
      ]),
    );
    expect([...Value.Errors(Message, message)]).toEqual([]);
    expect(message.content).toEqual([
      { type: "thinking", thinking: "Hm.", signature: expect.any(String) },
      { type: "text", text: "ab", citations: null },
      { type: "tool_use", id: "call_0", name: "f", input: { x: [1] }, caller: { type: "direct" } },
    ]);
    expect(message.usage).toMatchObject({ input_tokens: 3, output_tokens: 5, service_tier: "standard" });
  });

  test.each([['{"x":'], ["[1"], ["1"], [""]])(
    "has a call without input where its arguments are %j",
    async (args) => {
      const message = await collectMessage(toEvents([start, ...call(0, args).slice(0, 2), end("length")]));
      expect(message.content).toMatchObject([{ type: "tool_use", input: {} }]);
    },
  );

  test("needs an answer that has started", () => {
    expect(collectMessage(toMessageEvents(answer([]), head))).rejects.toThrow("before it had started");
  });
});
