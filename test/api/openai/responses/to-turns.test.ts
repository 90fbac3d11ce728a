import { describe, expect, test } from "bun:test";
import type { InputItem } from "../../../../src/api/openai/responses/items.ts";
import { packReasoning } from "../../../../src/api/openai/responses/reasoning-text.ts";
import { toTurns } from "../../../../src/api/openai/responses/to-turns.ts";
import { OvError } from "../../../../src/errors.ts";
import type { Part, Turn } from "../../../../src/generate/conversation.ts";

const read = (...items: InputItem[]): Turn[] =>
  toTurns(items.map((item, index) => ({ item, at: `input[${index}]` })));

/** A turn in short: `user: Hi`, `assistant: (Hm.) text f({}) `, `user: =result`. */
function brief({ role, parts }: Turn): string {
  return `${role}: ${parts.map(briefPart).join(" ")}`;
}

function briefPart(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "image":
      return "image";
    case "reasoning":
      return `(${part.text})`;
    case "call":
      return `${part.name}(${part.arguments})#${part.id}`;
    case "result":
      return `=${part.content.map(briefPart).join("")}#${part.callId}`;
  }
}

const user = (text: string): InputItem => ({ role: "user", content: text });
const said = (text: string): InputItem => ({
  type: "message",
  id: "msg_1",
  role: "assistant",
  status: "completed",
  content: [{ type: "output_text", text }],
});
const called = (call_id: string): InputItem => ({
  type: "function_call",
  call_id,
  name: "f",
  arguments: "{}",
});
const result = (call_id: string, output: InputItem["output"] = "R"): InputItem => ({
  type: "function_call_output",
  call_id,
  output,
});
const thought = (text: string): InputItem => ({
  type: "reasoning",
  id: "rs_1",
  summary: [],
  content: [{ type: "reasoning_text", text }],
});

function refuse(item: InputItem): unknown {
  try {
    return read(item);
  } catch (error) {
    if (!(error instanceof OvError)) throw error;
    return { code: error.code, param: error.param, message: error.message };
  }
}

describe("items become turns:", () => {
  test.each<[string, InputItem[], string[]]>([
    ["a message of text", [user("Hi")], ["user: Hi"]],
    [
      "messages of every role",
      [{ role: "developer", content: "D" }, { role: "system", content: "S" }, user("U")],
      ["system: D", "system: S", "user: U"],
    ],
    [
      "parts of a message",
      [
        {
          role: "user",
          content: [
            { type: "input_text", text: "A" },
            { type: "text", text: "B" },
          ],
        },
      ],
      ["user: A B"],
    ],
    [
      "a refusal",
      [{ role: "assistant", content: [{ type: "refusal", refusal: "No." }] }],
      ["assistant: No."],
    ],
    [
      "an image",
      [{ role: "user", content: [{ type: "input_image", image_url: "data:," }] }],
      ["user: image"],
    ],
    ["no content", [{ role: "user" }, { role: "user", content: null }], ["user: ", "user: "]],
    [
      "a round with a tool",
      [user("U"), called("a"), result("a"), said("S")],
      ["user: U", "assistant: f({})#a", "user: =R#a", "assistant: S"],
    ],
    [
      "thought, text and calls in a row as one",
      [thought("T"), said("S"), called("a"), called("b"), result("a"), result("b")],
      ["assistant: (T) S f({})#a f({})#b", "user: =R#a", "user: =R#b"],
    ],
    [
      "two answers in a row as two",
      [said("A"), said("B"), thought("T"), said("C")],
      ["assistant: A", "assistant: B", "assistant: (T) C"],
    ],
    [
      "calls that are answered one by one",
      [called("a"), result("a"), called("b"), result("b")],
      ["assistant: f({})#a", "user: =R#a", "assistant: f({})#b", "user: =R#b"],
    ],
    [
      "results in another order than their calls",
      [called("a"), called("b"), result("b"), result("a")],
      ["assistant: f({})#a f({})#b", "user: =R#b", "user: =R#a"],
    ],
    [
      "a result behind a message, which goes back to its call",
      [called("a"), user("U"), result("a")],
      ["assistant: f({})#a", "user: =R#a", "user: U"],
    ],
    [
      "a result without a call, left for the rounds to refuse",
      [user("U"), result("x")],
      ["user: U", "user: =R#x"],
    ],
    [
      "a result of parts",
      [
        called("a"),
        result("a", [
          { type: "input_text", text: "1" },
          { type: "input_text", text: "2" },
        ]),
      ],
      ["assistant: f({})#a", "user: =12#a"],
    ],
    [
      "arguments that are an object",
      [{ type: "function_call", call_id: "a", name: "f", arguments: { x: 1 } }],
      ['assistant: f({"x":1})#a'],
    ],
    [
      "a tool of a namespace",
      [{ type: "function_call", call_id: "a", name: "f", namespace: "mcp__s__", arguments: "{}" }],
      ["assistant: mcp__s__f({})#a"],
    ],
    [
      "a custom tool",
      [
        { type: "custom_tool_call", call_id: "a", name: "sh", input: 'say "x"' },
        { type: "custom_tool_call_output", call_id: "a", output: "R" },
      ],
      ['assistant: sh({"input":"say \\"x\\""})#a', "user: =R#a"],
    ],
    [
      "reasoning from its summary",
      [{ type: "reasoning", id: "r", summary: [{ type: "summary_text", text: "T" }] }, said("S")],
      ["assistant: (T) S"],
    ],
    [
      "reasoning that was packed",
      [{ type: "reasoning", id: "r", summary: [], encrypted_content: packReasoning("Tä") }, said("S")],
      ["assistant: (Tä) S"],
    ],
    [
      "reasoning of another server, which nobody can read",
      [{ type: "reasoning", id: "r", summary: [], encrypted_content: "gAAAAB" }, said("S")],
      ["assistant: S"],
    ],
  ])("%s", (_, items, turns) => {
    expect(read(...items).map(brief)).toEqual(turns);
  });

  test("each part knows where it stood", () => {
    const [turn, answered] = read(user("U"), called("a"), result("a")).slice(1);
    expect(turn?.parts[0]).toMatchObject({ at: "input[1]" });
    expect(answered?.parts[0]).toMatchObject({
      at: "input[2].call_id",
      content: [{ at: "input[2].output" }],
    });
  });
});

describe("what is refused:", () => {
  test.each<[string, InputItem, string, string, string]>([
    ["an unknown role", { role: "tool", content: "x" }, "invalid_request", "input[0].role", 'is "tool"'],
    ["no role", { type: "message", content: "x" }, "invalid_request", "input[0].role", "is missing"],
    ["nothing at all", {}, "invalid_request", "input[0].type", "is missing"],
    [
      "a call without a name",
      { type: "function_call", call_id: "a" },
      "invalid_request",
      "input[0].name",
      "is missing",
    ],
    [
      "a result without output",
      { type: "function_call_output", call_id: "a" },
      "invalid_request",
      "input[0].output",
      "is missing",
    ],
    [
      "an item of a tool that OpenAI runs",
      { type: "web_search_call", id: "w" },
      "unsupported_parameter",
      "input[0].type",
      '"web_search_call"',
    ],
    [
      "a file",
      { role: "user", content: [{ type: "input_file" }] },
      "unsupported_parameter",
      "input[0].content[0]",
      '"input_file"',
    ],
    [
      "a part without its text",
      { role: "user", content: [{ type: "input_text" }] },
      "invalid_request",
      "input[0].content[0]",
      'without "text"',
    ],
  ])("%s", (_, item, code, param, message) => {
    expect(refuse(item)).toEqual({ code, param, message: expect.stringContaining(message) });
  });
});
