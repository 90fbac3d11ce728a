import { describe, expect, test } from "bun:test";
import type { CallPart, Part, ResultPart, Turn } from "../../../src/generate/conversation.ts";
import { toRounds } from "../../../src/generate/rounds.ts";
import { normaliseRounds, normaliseTools } from "../../../src/generate/template/normalise.ts";
import { probeTemplate } from "../../../src/generate/template/probe.ts";
import type { TemplateTraits } from "../../../src/generate/template/traits.ts";
import { turn } from "../text-request.ts";
import { compileFixture } from "./templates.ts";

const most = probeTemplate(compileFixture("hermes"));
const withTraits = (traits: Partial<TemplateTraits>): TemplateTraits => ({ ...most, ...traits });

const at = "turns[0]";
const call = (id: string | null, args = "{}", name = "f"): CallPart => ({
  type: "call",
  id,
  name,
  arguments: args,
  at,
});
const calling = (...parts: Part[]) => turn("assistant", parts);
const resultPart = (callId: string | null, text: string, name: string | null = null): ResultPart => ({
  type: "result",
  callId,
  name,
  content: [{ type: "text", text, at }],
  at,
});
const result = (id: string, text: string) => turn("user", [resultPart(id, text)]);
const text = (text: string): Part => ({ type: "text", text, at });
const reasoning = (text: string): Part => ({ type: "reasoning", text, at });
const user = (content: string) => turn("user", content);
const system = (content: string) => turn("system", content);
const assistant = (content: string) => turn("assistant", content);

const normalise = (turns: Turn[], traits: TemplateTraits = most) => normaliseRounds(toRounds(turns), traits);
const brief = (turns: Turn[], traits: Partial<TemplateTraits> = {}) =>
  normalise(turns, withTraits(traits)).map(({ role, content }) => `${role}: ${content}`);

describe("messages for a chat template", () => {
  test("joins text parts, and takes no parts as the empty text", () => {
    const turns = [turn("user", [text("Hello "), text("you")]), turn("assistant", []), user("")];
    expect(brief(turns)).toEqual(["user: Hello you", "assistant: ", "user: "]);
  });

  test("keeps names and earlier reasoning", () => {
    const [message] = normalise([{ ...calling(reasoning("Hm."), text("a")), name: "bot" }]);
    expect(message).toEqual({ role: "assistant", content: "a", name: "bot", reasoning_content: "Hm." });
  });

  const orders: [name: string, traits: Partial<TemplateTraits>, turns: Turn[], out: string[]][] = [
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
  for (const [name, traits, turns, out] of orders) {
    test(name, () => expect(brief(turns, traits)).toEqual(out));
  }

  test("gives parts where a template wants them", () => {
    expect(normalise([user("a")], withTraits({ content: "parts" }))).toEqual([
      { role: "user", content: [{ type: "text", text: "a" }] },
    ]);
  });
});

describe("calls and results for a chat template", () => {
  const args = '{"b": 1, "a": "é"}';

  test("arguments as an object, ids kept, content as the template wants it", () => {
    const messages = normalise([calling(call("call_1", args)), result("call_1", "r")]);
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

  const argumentCases: [string, Partial<TemplateTraits>, string, unknown][] = [
    ["text stays text", { arguments: "text" }, args, args],
    ["text is read where the template takes an object", {}, '{"a": [1]}', { a: [1] }],
    [
      "numbers in text are never read",
      { arguments: "text" },
      '{"id": 12345678901234567890}',
      '{"id": 12345678901234567890}',
    ],
    ["none is an empty object", {}, " ", {}],
    ["wrong JSON goes as text", {}, "{oops", "{oops"],
    ["a list goes as text", {}, "[1]", "[1]"],
    ["wrong JSON in an object", { textArguments: false }, "{oops", { arguments: "{oops" }],
    ["wrong JSON stays text", { arguments: "text" }, "{oops", "{oops"],
  ];
  for (const [name, traits, given, expected] of argumentCases) {
    test(`arguments: ${name}`, () => {
      const [message] = normalise([calling(call("1", given))], withTraits(traits));
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
    const named = (name: string) => turn("user", [resultPart(null, `of ${name}`, name)]);
    expect(brief([calls, named("g"), named("f")])).toEqual(["assistant: ", "tool: of f", "tool: of g"]);
    const bare = (content: string) => turn("user", [resultPart(null, content)]);
    expect(brief([calls, bare("1"), bare("2")])).toEqual(["assistant: ", "tool: 1", "tool: 2"]);
  });

  test("the same id may come again in a later round", () => {
    const round = [calling(call("call_0")), result("call_0", "r")];
    expect(brief([...round, ...round])).toHaveLength(4);
  });

  test("a call without an id gets one that is counted", () => {
    const messages = normalise([calling(call(null, args)), turn("user", [resultPart(null, "r", "f")])]);
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
    const once = normalise(messages, withTraits({ shortCallIds: true }));
    expect(once).toMatchObject([
      { tool_calls: [{ id: "call00000" }, { id: "abcDEF123" }] },
      { tool_call_id: "call00000", content: "a" },
      { tool_call_id: "abcDEF123", content: "b" },
    ]);
    expect(normalise(messages, withTraits({ shortCallIds: true }))).toEqual(once);
  });

  test("one call a message: each call is followed by its result", () => {
    const calls = calling(reasoning("Hm."), text("Let me look."), call("1"), call("2"));
    const messages = [calls, result("2", "b"), result("1", "a")];
    expect(brief(messages, { severalCalls: false })).toEqual([
      "assistant: Let me look.",
      "tool: a",
      "assistant: ",
      "tool: b",
    ]);
    const [first, , second] = normalise(messages, withTraits({ severalCalls: false }));
    expect(first).toHaveProperty("reasoning_content", "Hm.");
    expect(second).not.toHaveProperty("reasoning_content");
  });

  test("as text where the template knows neither calls nor results", () => {
    const messages = [calling(text("Look:"), call("1", args)), result("1", "r"), user("u")];
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
