import { describe, expect, test } from "bun:test";
import { toSignature } from "../../../src/api/anthropic/messages/thinking.ts";
import { toTurns } from "../../../src/api/anthropic/messages/to-turns.ts";
import type { Part } from "../../../src/generate/conversation.ts";
import { toRounds } from "../../../src/generate/rounds.ts";
import { parseRequest } from "./answers.ts";

const image = { type: "image", source: { type: "url", url: "u" } };
const read = (body: object) => toTurns(parseRequest(body));

/** A part in short: what it is and what it says. */
function short(part: Part): string {
  switch (part.type) {
    case "text":
      return part.text;
    case "reasoning":
      return `(${part.text})`;
    case "image":
      return `image ${part.url}`;
    case "call":
      return `${part.name}#${part.id}${part.arguments}`;
    case "result":
      return `#${part.callId}=${part.content.map(short).join("")}`;
  }
}

const shorten = (body: object) => read(body).map(({ role, parts }) => [role, parts.map(short).join("|")]);
const ask = (content: unknown) => ({ messages: [{ role: "user", content }] });
const call = (id: string, input: unknown = {}) => ({ type: "tool_use", id, name: "f", input });
const result = (id: string, content?: unknown) => ({ type: "tool_result", tool_use_id: id, content });
const text = (text: string) => ({ type: "text", text });

describe("the system prompt", () => {
  test.each<[string, unknown, string[][]]>([
    ["a text", "Be kind.", [["system", "Be kind."]]],
    [
      "blocks",
      [text("Be kind."), { ...text("Be brief."), cache_control: { type: "ephemeral" } }],
      [["system", "Be kind.|\nBe brief."]],
    ],
    ["nothing", null, []],
    ["no blocks", [], []],
  ])("as %s", (_, system, turns) => expect(shorten({ system })).toEqual([...turns, ["user", "Hi"]]));

  test("is without Claude Code's words for Anthropic's accounts, which change from one conversation to the next", () => {
    const system = [text("x-anthropic-billing-header: cc_version=2.1.332.1c9;"), text("Be kind.")];
    expect(shorten({ system })).toEqual([
      ["system", "Be kind."],
      ["user", "Hi"],
    ]);
    expect(shorten({ system: [system[0]] })).toEqual([["user", "Hi"]]);
  });
});

describe("a message", () => {
  test.each<[string, unknown, string]>([
    ["text", "Hi", "Hi"],
    ["blocks of text, each on its own line", [text("Hi"), text("there")], "Hi|\nthere"],
    ["nothing at all", null, ""],
    ["no blocks", [], ""],
    [
      "an image",
      [{ type: "image", source: { type: "base64", media_type: "image/png", data: "AA==" } }],
      "image data:image/png;base64,AA==",
    ],
    ["a document of text", [{ type: "document", title: "T", source: { type: "text", data: "D" } }], "T|\nD"],
    [
      "a document of blocks",
      [{ type: "document", source: { type: "content", content: [text("D"), image] } }],
      "D|image u",
    ],
    ["a document of content as text", [{ type: "document", source: { type: "content", content: "D" } }], "D"],
    [
      "a search result",
      [{ type: "search_result", title: "T", source: "S", content: [text("R")] }],
      "T, S|\nR",
    ],
    ["the summary of what was before", [{ type: "compaction", content: "So far" }], "So far"],
    ["a result as text", [result("1", "21")], "#1=21"],
    ["a result as blocks", [result("1", [text("21"), text("C"), image])], "#1=21\nCimage u"],
    ["a result of nothing", [result("1")], "#1="],
    ["a failed result", [{ ...result("1", "gone"), is_error: true }], "#1=Error: gone"],
    [
      "a result that loads a tool",
      [result("1", [{ type: "tool_reference", tool_name: "g" }])],
      '#1=The tool "g" is loaded: it can be called now.',
    ],
    ["a result without an id", [{ type: "tool_result", content: "x" }], "#null=x"],
  ])("of %s", (_, content, parts) => expect(shorten(ask(content))).toEqual([["user", parts]]));

  test.each<[string, unknown, string]>([
    ["a call", [call("1", { a: [1] })], 'f#1{"a":[1]}'],
    ["a call whose input is text already", [call("1", '{"a":1}')], 'f#1{"a":1}'],
    ["a call without input", [{ type: "tool_use", id: "1", name: "f" }], "f#1{}"],
    ["thinking", [{ type: "thinking", thinking: "Hm", signature: "x" }, text("Yes")], "(Hm)|Yes"],
    [
      "thinking that only its signature holds",
      [{ type: "thinking", thinking: "", signature: toSignature("Hé") }, text("Yes")],
      "(Hé)|Yes",
    ],
    [
      "thinking of another server",
      [{ type: "thinking", thinking: "", signature: "EqQB" }, text("Yes")],
      "Yes",
    ],
    ["thinking that cannot be read", [{ type: "redacted_thinking", data: "x" }, text("Yes")], "Yes"],
  ])("of the assistant: %s", (_, content, parts) =>
    expect(shorten({ messages: [{ role: "assistant", content }] })).toEqual([["assistant", parts]]),
  );

  test.each([
    ["server_tool_use", { id: "1", name: "web_search", input: {} }],
    [
      "web_search_tool_result",
      { tool_use_id: "1", content: [{ type: "web_search_result", url: "u", title: "t" }] },
    ],
    [
      "web_search_tool_result",
      { tool_use_id: "1", content: { type: "web_search_tool_result_error", error_code: "unavailable" } },
    ],
    ["container_upload", { file_id: "f" }],
    ["of_next_year", { anything: [1, { a: null }] }],
  ])("skips a block of type %s, and a message of nothing else", (type, rest) => {
    expect(shorten(ask([{ type, ...rest }, text("Hi")]))).toEqual([["user", "Hi"]]);
    expect(shorten(ask([{ type, ...rest }]))).toEqual([]);
  });

  test.each([
    ["developer", "system"],
    ["system", "system"],
    ["assistant", "assistant"],
    ["tool", "user"],
    ["of_next_year", "user"],
  ])("of the role %s is of %s", (role, expected) =>
    expect(shorten({ messages: [{ role, content: "x" }] })).toEqual([[expected, "x"]]),
  );
});

describe("messages in a row", () => {
  test("of one role are one turn", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "user", content: [text("b")] },
      { role: "assistant", content: "c" },
      { role: "assistant", content: [call("1")] },
    ];
    expect(shorten({ messages })).toEqual([
      ["user", "a|\nb"],
      ["assistant", "c|f#1{}"],
    ]);
  });

  test("have results behind their calls, whatever came in between", () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: [call("1"), call("2")] },
      { role: "system", content: "reminder" },
      { role: "user", content: [result("2", "two"), text("and")] },
      { role: "user", content: [text("more"), result("1", "one")] },
    ];
    expect(shorten({ messages })).toEqual([
      ["user", "a"],
      ["assistant", "f#1{}|f#2{}"],
      ["user", "#2=two|#1=one"],
      ["system", "reminder"],
      ["user", "and|\nmore"],
    ]);
    const [, asked] = toRounds(read({ messages }));
    expect(asked?.calls.map(({ result }) => result)).toEqual(["one", "two"]);
  });

  test("that a result answers no call of is refused by its place", () => {
    const turns = read({ messages: [{ role: "user", content: [result("9", "x")] }] });
    expect(() => toRounds(turns)).toThrow(
      '"messages[0].content[0].tool_use_id" is "9", which answers no tool call',
    );
  });
});

test.each<[string, unknown, string]>([
  [
    "a text block without text",
    [{ type: "text" }],
    '"messages[0].content[0]" is a text block without "text".',
  ],
  ["a call without a name", [{ type: "tool_use", id: "1" }], '"messages[0].content[0].name" is missing'],
  [
    "a PDF",
    [{ type: "document", source: { type: "base64", data: "x" } }],
    '"messages[0].content[0]" is a document that has a source of type "base64", but',
  ],
  ["a document of nothing", [{ type: "document" }], "is a document that has no source, but"],
])("%s is refused by its place", (_, content, message) => expect(() => read(ask(content))).toThrow(message));
