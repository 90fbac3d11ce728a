import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { ChatMessage } from "../../../src/api/openai/chat/messages.ts";
import { OvError } from "../../../src/errors.ts";
import { normaliseMessages, normaliseTools } from "../../../src/generate/template/normalise.ts";
import { probeTemplate } from "../../../src/generate/template/probe.ts";
import type { TemplateTraits } from "../../../src/generate/template/traits.ts";
import { compileFixture } from "./templates.ts";

const most = probeTemplate(compileFixture("hermes"));
const withTraits = (traits: Partial<TemplateTraits>): TemplateTraits => ({ ...most, ...traits });

const call = (id: string | null, args: string | Record<string, unknown> = "{}", name = "f") => ({
  ...(id === null ? {} : { id }),
  type: "function",
  function: { name, arguments: args },
});
const calling = (...calls: ReturnType<typeof call>[]): ChatMessage => ({
  role: "assistant",
  content: null,
  tool_calls: calls,
});
const result = (id: string, content: string): ChatMessage => ({ role: "tool", tool_call_id: id, content });
const user = (content: string): ChatMessage => ({ role: "user", content });
const system = (content: string): ChatMessage => ({ role: "system", content });
const assistant = (content: string): ChatMessage => ({ role: "assistant", content });

const brief = (messages: ChatMessage[], traits: Partial<TemplateTraits> = {}) =>
  normaliseMessages(messages, withTraits(traits)).map(({ role, content }) => `${role}: ${content}`);

describe("messages for a chat template", () => {
  test("joins text parts, names developers system, and takes no content as the empty text", () => {
    const messages = brief([
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
    expect(messages).toEqual([
      "system: Be brief.",
      "user: Hello you",
      "assistant: ",
      "user: ",
      "assistant: No.",
      "user: ",
      "assistant: Never.",
    ]);
  });

  test("keeps names and earlier reasoning", () => {
    const [message] = normaliseMessages(
      [{ role: "assistant", content: "a", name: "bot", reasoning_content: "Hm." }],
      most,
    );
    expect(message).toEqual({ role: "assistant", content: "a", name: "bot", reasoning_content: "Hm." });
  });

  const orders: [name: string, traits: Partial<TemplateTraits>, messages: ChatMessage[], out: string[]][] = [
    [
      "systems stay where they may",
      {},
      [system("a"), user("b"), system("c")],
      ["system: a", "user: b", "system: c"],
    ],
    [
      "a late system becomes a user's",
      { system: "first" },
      [system("a"), user("b"), system("c")],
      ["system: a", "user: b", "user: c"],
    ],
    [
      "several systems become one",
      { severalSystems: false },
      [system("a"), system("b"), user("c")],
      ["system: a\n\nb", "user: c"],
    ],
    [
      "without the role the first user says it",
      { system: "nowhere" },
      [system("a"), system("b"), user("c"), user("d")],
      ["user: a\n\nb\n\nc", "user: d"],
    ],
    [
      "a system that the template writes with the last user stays where a user speaks last",
      { system: "with last user" },
      [system("s"), user("a"), assistant("b"), user("c")],
      ["system: s", "user: a", "assistant: b", "user: c"],
    ],
    [
      "and is said by the last user where it would be lost",
      { system: "with last user", severalSystems: false },
      [system("s"), system("t"), user("a"), assistant("b"), user("c"), calling(call("1")), result("1", "r")],
      ["user: a", "assistant: b", "user: s\n\nt\n\nc", "assistant: ", "tool: r"],
    ],
    [
      "or by a user of its own where there is none",
      { system: "with last user" },
      [system("s"), assistant("a")],
      ["user: s", "assistant: a"],
    ],
    ["a system alone becomes a user's", { system: "nowhere" }, [system("a")], ["user: a"]],
    [
      "neighbours become one",
      { alternation: true, system: "first" },
      [user("a"), user(""), system("b"), assistant("c"), assistant("d"), user("e")],
      ["user: a\n\nb", "assistant: c\n\nd", "user: e"],
    ],
    [
      "neighbours stay where they may",
      {},
      [user("a"), user("b"), assistant("c"), assistant("d")],
      ["user: a", "user: b", "assistant: c", "assistant: d"],
    ],
    [
      "a user before an assistant that may not be first",
      { assistantFirst: false },
      [system("s"), assistant("a"), user("b")],
      ["system: s", "user: ", "assistant: a", "user: b"],
    ],
    [
      "an empty assistant gets a space",
      { emptyAssistant: false },
      [user("a"), assistant("")],
      ["user: a", "assistant:  "],
    ],
    [
      "an assistant between result and user",
      { userAfterTool: false },
      [user("a"), calling(call("1")), result("1", "r"), user("b")],
      ["user: a", "assistant: ", "tool: r", "assistant: ", "user: b"],
    ],
  ];
  for (const [name, traits, messages, out] of orders) {
    test(name, () => expect(brief(messages, traits)).toEqual(out));
  }

  test("gives parts where a template wants them", () => {
    expect(normaliseMessages([user("a")], withTraits({ content: "parts" }))).toEqual([
      { role: "user", content: [{ type: "text", text: "a" }] },
    ]);
  });

  const refused: [string, ChatMessage[], string, string, string][] = [
    [
      "an image",
      [user("x"), { role: "user", content: [{ type: "text", text: "a" }, { type: "image_url" }] }],
      "unsupported_parameter",
      "messages[1].content[1]",
      "image_url",
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
      "tool_calls",
    ],
    ["a result first", [result("1", "r")], "invalid_request", "messages[0].tool_call_id", '"1"'],
    [
      "a result of another call",
      [calling(call("1")), result("2", "r")],
      "invalid_request",
      "messages[1].tool_call_id",
      '"2"',
    ],
    [
      "a second result of a call",
      [calling(call("1")), result("1", "r"), result("1", "s")],
      "invalid_request",
      "messages[2].tool_call_id",
      "once",
    ],
    [
      "a result after the user went on",
      [calling(call("1")), user("x"), result("1", "r")],
      "invalid_request",
      "messages[2].tool_call_id",
      '"1"',
    ],
    ["an unknown role", [{ role: "robot", content: "x" }], "invalid_request", "messages[0].role", "robot"],
  ];
  for (const [name, messages, code, param, words] of refused) {
    test(`refuses ${name}, naming where it stands`, () => {
      const convert = () => normaliseMessages(messages, most);
      expect(convert).toThrow(OvError);
      expect(convert).toThrow(words);
      expect(convert).toThrow(expect.objectContaining({ code, param }));
    });
  }
});

describe("calls and results for a chat template", () => {
  const args = '{"b": 1, "a": "é"}';

  test("arguments as an object, ids kept, content as the template wants it", () => {
    const messages = normaliseMessages([calling(call("call_1", args)), result("call_1", "r")], most);
    expect(messages).toEqual([
      {
        role: "assistant",
        content: "",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "f", arguments: { b: 1, a: "é" } } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", name: "f", content: "r" },
    ]);
    expect(brief([calling(call("1"))], { callContent: null })).toEqual(["assistant: null"]);
  });

  const argumentCases: [string, Partial<TemplateTraits>, string | Record<string, unknown>, unknown][] = [
    ["text stays text", { arguments: "text" }, args, args],
    ["an object becomes text", { arguments: "text" }, { a: [1] }, '{"a":[1]}'],
    ["an object stays one", {}, { a: [1] }, { a: [1] }],
    ["none is an empty object", {}, " ", {}],
    ["wrong JSON goes as text", {}, "{oops", "{oops"],
    ["a list goes as text", {}, "[1]", "[1]"],
    ["wrong JSON in an object", { textArguments: false }, "{oops", { arguments: "{oops" }],
    ["wrong JSON stays text", { arguments: "text" }, "{oops", "{oops"],
  ];
  for (const [name, traits, given, expected] of argumentCases) {
    test(`arguments: ${name}`, () => {
      const [message] = normaliseMessages([calling(call("1", given))], withTraits(traits));
      expect(message).toMatchObject({ tool_calls: [{ function: { arguments: expected } }] });
    });
  }

  test("results come in the order of the calls", () => {
    const messages = [
      calling(call("1"), call("2"), call("3")),
      result("3", "c"),
      result("1", "a"),
      result("2", "b"),
    ];
    expect(brief(messages)).toEqual(["assistant: ", "tool: a", "tool: b", "tool: c"]);
  });

  test("results without ids are matched by name, else by order", () => {
    const calls = calling(call(null, "{}", "f"), call(null, "{}", "g"));
    const named = (name: string): ChatMessage => ({ role: "function", name, content: `of ${name}` });
    expect(brief([calls, named("g"), named("f")])).toEqual(["assistant: ", "tool: of f", "tool: of g"]);
    const bare = (content: string): ChatMessage => ({ role: "tool", content });
    expect(brief([calls, bare("1"), bare("2")])).toEqual(["assistant: ", "tool: 1", "tool: 2"]);
  });

  test("the same id may come again in a later round", () => {
    const round = [calling(call("call_0")), result("call_0", "r")];
    expect(brief([...round, ...round])).toHaveLength(4);
  });

  test("the older function_call is a call", () => {
    const older: ChatMessage = {
      role: "assistant",
      content: null,
      function_call: { name: "f", arguments: args },
    };
    const messages = normaliseMessages([older, { role: "function", name: "f", content: "r" }], most);
    expect(messages).toMatchObject([
      { tool_calls: [{ id: "call00000", function: { name: "f", arguments: { b: 1 } } }] },
      { role: "tool", tool_call_id: "call00000", content: "r" },
    ]);
  });

  test("ids that a template refuses are counted, the same each time, in calls and results", () => {
    const messages = [
      calling(call("call_abc"), call("abcDEF123")),
      result("abcDEF123", "b"),
      result("call_abc", "a"),
    ];
    const once = normaliseMessages(messages, withTraits({ shortCallIds: true }));
    expect(once).toMatchObject([
      { tool_calls: [{ id: "call00000" }, { id: "abcDEF123" }] },
      { tool_call_id: "call00000", content: "a" },
      { tool_call_id: "abcDEF123", content: "b" },
    ]);
    expect(normaliseMessages(messages, withTraits({ shortCallIds: true }))).toEqual(once);
  });

  test("one call a message: each call is followed by its result", () => {
    const calls: ChatMessage = {
      ...calling(call("1"), call("2")),
      content: "Let me look.",
      reasoning_content: "Hm.",
    };
    const messages = [calls, result("2", "b"), result("1", "a")];
    expect(brief(messages, { severalCalls: false })).toEqual([
      "assistant: Let me look.",
      "tool: a",
      "assistant: ",
      "tool: b",
    ]);
    const [first, , second] = normaliseMessages(messages, withTraits({ severalCalls: false }));
    expect(first).toHaveProperty("reasoning_content", "Hm.");
    expect(second).not.toHaveProperty("reasoning_content");
  });

  test("as text where the template knows neither calls nor results", () => {
    const messages = [{ ...calling(call("1", args)), content: "Look:" }, result("1", "r"), user("u")];
    const traits = { toolCalls: false, toolResults: false, alternation: true } as const;
    expect(brief(messages, traits)).toEqual([
      `assistant: Look:\n<tool_call>\n{"name": "f", "arguments": ${args}}\n</tool_call>`,
      "user: <tool_response>\nr\n</tool_response>\n\nu",
    ]);
  });

  test("tools: given where the template knows them, none as it takes none", () => {
    const tools = [{ type: "function" }];
    expect(normaliseTools(tools, most)).toBe(tools);
    expect(normaliseTools([], most)).toBeNull();
    expect(normaliseTools(tools, { tools: false, noTools: null })).toBeNull();
    expect(normaliseTools([], { tools: true, noTools: "empty list" })).toEqual([]);
  });

  test("20,000 messages of one role become one without ado", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => user(`${index}`));
    expect(brief(many, { alternation: true })[0]).toHaveLength("user: ".length + 88_890 + 2 * 19_999);
  });
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
