import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ChatMessage } from "../../../../src/api/openai/chat/messages.ts";
import { toTurns } from "../../../../src/api/openai/chat/to-turns.ts";
import { OvError } from "../../../../src/errors.ts";
import { toText } from "../../../../src/generate/conversation.ts";
import { toRounds } from "../../../../src/generate/rounds.ts";

const user = (content: string): ChatMessage => ({ role: "user", content });
const result = (id: string, content: string): ChatMessage => ({ role: "tool", tool_call_id: id, content });
const calling = (...ids: string[]): ChatMessage => ({
  role: "assistant",
  content: null,
  tool_calls: ids.map((id) => ({ id, type: "function", function: { name: "f", arguments: "{}" } })),
});

describe("messages as turns", () => {
  test("join text parts, name developers system, and take no content as the empty text", () => {
    const turns = toTurns([
      { role: "developer", content: "Be brief." },
      {
        role: "user",
        content: [
          { type: "text", text: "Hello " },
          { type: "text", text: "you" },
        ],
      },
      { role: "assistant", content: null },
      { role: "user" },
      { role: "assistant", content: null, refusal: "No." },
      { role: "user", content: "" },
      { role: "assistant", content: [{ type: "refusal", refusal: "Never." }] },
    ]);
    expect(turns.map(({ role, parts }) => `${role}: ${toText(parts)}`)).toEqual([
      "system: Be brief.",
      "user: Hello you",
      "assistant: ",
      "user: ",
      "assistant: No.",
      "user: ",
      "assistant: Never.",
    ]);
  });

  test("keep where each part stood", () => {
    const content = [
      { type: "text", text: "a" },
      { type: "image_url", image_url: { url: "data:," } },
    ];
    expect(toTurns([user("x"), { role: "user", name: "ann", content }])[1]).toEqual({
      role: "user",
      name: "ann",
      parts: [
        { type: "text", text: "a", at: "messages[1].content[0]" },
        { type: "image", url: "data:,", at: "messages[1].content[1]" },
      ],
      at: "messages[1]",
    });
  });

  test("carry reasoning, calls and results", () => {
    const [answer, tool] = toTurns([
      { ...calling("a"), reasoning_content: "Hm.", content: "Look." },
      { ...result("a", "r"), name: "f" },
    ]);
    expect(answer?.parts).toEqual([
      { type: "reasoning", text: "Hm.", at: "messages[0].reasoning_content" },
      { type: "text", text: "Look.", at: "messages[0].content" },
      { type: "call", id: "a", name: "f", arguments: "{}", at: "messages[0].tool_calls[0]" },
    ]);
    expect(tool).toEqual({
      role: "user",
      name: null,
      parts: [
        {
          type: "result",
          callId: "a",
          name: "f",
          content: [{ type: "text", text: "r", at: "messages[1].content" }],
          at: "messages[1].tool_call_id",
        },
      ],
      at: "messages[1]",
    });
  });

  const thoughts: [string, ChatMessage, string[]][] = [
    [
      "vLLM's `reasoning`",
      { role: "assistant", content: "a", reasoning: "Hm." },
      ["reasoning: Hm.", "text: a"],
    ],
    [
      "`reasoning_content` before `reasoning`, which says the same",
      { role: "assistant", content: "a", reasoning_content: "Hm.", reasoning: "Hm." },
      ["reasoning: Hm.", "text: a"],
    ],
    [
      "a part of thinking",
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "Hm." },
          { type: "text", text: "a" },
        ],
      },
      ["reasoning: Hm.", "text: a"],
    ],
    [
      "a part of thinking as a list",
      { role: "assistant", content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }] }] },
      ["reasoning: Hm."],
    ],
    [
      "thinking that may not be read",
      { role: "assistant", content: [{ type: "redacted_thinking" }, { type: "output_text", text: "a" }] },
      ["text: a"],
    ],
    ["input_text", { role: "user", content: [{ type: "input_text", text: "a" }] }, ["text: a"]],
    ["input_image", { role: "user", content: [{ type: "input_image", image_url: "data:," }] }, ["image: "]],
  ];
  test.each(thoughts)("other APIs' ways to write a history: %s", (_, message, parts) => {
    expect(Value.Check(ChatMessage, message)).toBe(true);
    const [turn] = toTurns([message]);
    const shown = turn?.parts.map((part) => `${part.type}: ${"text" in part ? part.text : ""}`);
    expect(shown).toEqual(parts);
  });

  const given: [string, string | Record<string, unknown> | null, string][] = [
    ["text stays as the client wrote it", '{ "id": 12345678901234567890 }', '{ "id": 12345678901234567890 }'],
    ["an object becomes text", { a: [1] }, '{"a":[1]}'],
    ["nothing becomes an empty object", null, "{}"],
  ];
  for (const [name, args, text] of given) {
    test(`arguments: ${name}`, () => {
      const called = { function: { name: "f", arguments: args } };
      const [turn] = toTurns([{ role: "assistant", tool_calls: [called] }]);
      expect(turn?.parts).toMatchObject([{ type: "call", id: null, arguments: text }]);
    });
  }

  test("the older function_call and role function are a call and its result", () => {
    const older: ChatMessage = {
      role: "assistant",
      content: null,
      function_call: { name: "f", arguments: "{}" },
    };
    const turns = toTurns([older, { role: "function", name: "f", content: "r" }]);
    expect(turns[0]?.parts).toMatchObject([{ type: "call", id: null, name: "f" }]);
    expect(toRounds(turns)).toMatchObject([{ role: "assistant", calls: [{ name: "f", result: "r" }] }]);
  });

  const refused: [string, ChatMessage[], string, string, string][] = [
    [
      "an unknown part",
      [user("x"), { role: "user", content: [{ type: "text", text: "a" }, { type: "input_audio" }] }],
      "unsupported_parameter",
      "messages[1].content[1]",
      "input_audio",
    ],
    [
      "a text part without text",
      [{ role: "user", content: [{ type: "text" }] }],
      "invalid_request",
      "messages[0].content[0]",
      "without",
    ],
    [
      "a result without a call",
      [user("x"), result("1", "r")],
      "invalid_request",
      "messages[1].tool_call_id",
      '"1"',
    ],
    [
      "a result without a call and an id",
      [user("x"), { role: "tool", content: "r" }],
      "invalid_request",
      "messages[1]",
      "tool calls",
    ],
    ["a result first", [result("1", "r")], "invalid_request", "messages[0].tool_call_id", '"1"'],
    [
      "a result of another call",
      [calling("1"), result("2", "r")],
      "invalid_request",
      "messages[1].tool_call_id",
      '"2"',
    ],
    [
      "a second result of a call",
      [calling("1"), result("1", "r"), result("1", "s")],
      "invalid_request",
      "messages[2].tool_call_id",
      "once",
    ],
    [
      "a result after the user went on",
      [calling("1"), user("x"), result("1", "r")],
      "invalid_request",
      "messages[2].tool_call_id",
      '"1"',
    ],
    [
      "thinking of a user",
      [{ role: "user", content: [{ type: "thinking", thinking: "Hm." }] }],
      "unsupported_parameter",
      "messages[0].content[0]",
      "thinking",
    ],
    ["an unknown role", [{ role: "robot", content: "x" }], "invalid_request", "messages[0].role", "robot"],
  ];
  for (const [name, messages, code, param, words] of refused) {
    test(`refuses ${name}, naming where it stands`, () => {
      const convert = () => toRounds(toTurns(messages));
      expect(convert).toThrow(OvError);
      expect(convert).toThrow(words);
      expect(convert).toThrow(expect.objectContaining({ code, param }));
    });
  }
});

describe("the schema of messages", () => {
  const accepted: unknown[] = [
    {
      role: "assistant",
      content: null,
      tool_calls: [{ id: "1", type: "function", function: { name: "f", arguments: "{}" } }],
    },
    { role: "assistant", tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }], refusal: null },
    { role: "assistant", function_call: { name: "f", arguments: "{}" }, tool_calls: null },
    { role: "function", name: "f", content: "r" },
    { role: "tool", tool_call_id: "1", content: [{ type: "text", text: "r" }] },
    { role: "assistant", content: "a", reasoning_content: "Hm.", annotations: [], audio: null },
  ];
  for (const message of accepted) {
    test(`accepts ${JSON.stringify(message)}`, () => expect(Value.Check(ChatMessage, message)).toBe(true));
  }

  const refused: unknown[] = [
    { role: "robot", content: "x" },
    { role: "assistant", tool_calls: [{ id: "1", type: "function" }] },
    { role: "assistant", tool_calls: [{ function: { arguments: "{}" } }] },
    { role: "tool", tool_call_id: 1, content: "x" },
  ];
  for (const message of refused) {
    test(`refuses ${JSON.stringify(message)}`, () => expect(Value.Check(ChatMessage, message)).toBe(false));
  }
});
