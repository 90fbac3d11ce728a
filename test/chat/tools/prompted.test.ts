import { describe, expect, test } from "bun:test";
import { hermes } from "../../../src/chat/tools/hermes.ts";
import { type ToolMessage, toolSystemPrompt, toPromptedMessages } from "../../../src/chat/tools/prompted.ts";
import { parse, tool } from "./parsing.ts";

const tools = [
  { ...tool("get_weather", { city: { type: "string" } }), description: "Weather in a city" },
  tool("get_time"),
];
const call = (id: string, name: string, text: string) => ({ id, function: { name, arguments: text } });
const assistant = (content: string, ...calls: ReturnType<typeof call>[]): ToolMessage => ({
  role: "assistant",
  content,
  tool_calls: calls,
});
const result = (id: string, content: string): ToolMessage => ({ role: "tool", content, tool_call_id: id });
const question = { role: "user", content: "Weather in Paris?" };

/** The messages after the system message. */
const rest = (...messages: ToolMessage[]) => toPromptedMessages(messages, tools).slice(1);

describe("the system message", () => {
  const prompt = toolSystemPrompt(tools);

  test("names each tool in a line of JSON", () => {
    const lines = prompt.slice(prompt.indexOf("<tools>\n") + 8, prompt.indexOf("\n</tools>")).split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([...tools]);
  });

  test("shows the form of a call that the parser reads", () => {
    const named = prompt.replace("the name of the tool", "get_time");
    expect(parse(hermes, tools, [named])).toContainEqual(["get_time", '{"argument": "value"}']);
  });

  test("is made if there is none", () => {
    expect(toPromptedMessages([question], tools)).toEqual([{ role: "system", content: prompt }, question]);
  });

  test("keeps what it said before", () => {
    const [first, second] = toPromptedMessages([{ role: "system", content: "Be brief." }, question], tools);
    expect(first).toEqual({ role: "system", content: `Be brief.\n\n${prompt}` });
    expect(second).toEqual(question);
  });

  test("is the tools alone if it was empty", () => {
    expect(toPromptedMessages([{ role: "system", content: "" }], tools)).toEqual([
      { role: "system", content: prompt },
    ]);
  });

  test("stays as it is without tools", () => {
    const messages = [{ role: "system", content: "Be brief." }, question];
    expect(toPromptedMessages(messages, [])).toEqual(messages);
  });
});

describe("calls of the assistant", () => {
  test("follow its content in the form that the parser reads", () => {
    const message = assistant(
      "I look.",
      call("a", "get_weather", '{"city":"Paris"}'),
      call("b", "get_time", ""),
    );
    const [plain] = rest(message);
    expect(plain).toEqual({
      role: "assistant",
      content:
        'I look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city":"Paris"}}\n</tool_call>\n' +
        '<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>',
    });
    expect(parse(hermes, tools, [plain?.content ?? ""])).toEqual([
      "I look.",
      ["get_weather", '{"city":"Paris"}'],
      ["get_time", "{}"],
    ]);
  });

  test("stand alone without content", () => {
    const [plain] = rest(assistant("", call("a", "get_time", "{}")));
    expect(plain?.content).toBe('<tool_call>\n{"name": "get_time", "arguments": {}}\n</tool_call>');
  });

  test("whose arguments are no JSON keep them as a text", () => {
    const [plain] = rest(assistant("", call("a", "get_time", '{"cut')));
    expect(plain?.content).toContain(String.raw`"arguments": "{\"cut"}`);
  });
});

describe("results of tools", () => {
  test("are one message of the user, in the order of the calls, each naming its tool", () => {
    const calls = assistant("", call("a", "get_weather", "{}"), call("b", "get_time", "{}"));
    expect(rest(calls, result("b", "12:00"), result("a", '{"sky": "clear"}'))[1]).toEqual({
      role: "user",
      content:
        '<tool_response>\n{"name": "get_weather", "content": {"sky": "clear"}}\n</tool_response>\n' +
        '<tool_response>\n{"name": "get_time", "content": "12:00"}\n</tool_response>',
    });
  });

  test("of several rounds are a message each", () => {
    const round = [assistant("", call("a", "get_time", "{}")), result("a", "1")];
    expect(
      rest(question, ...round, ...round, { role: "assistant", content: "One." }).map(({ role }) => role),
    ).toEqual(["user", "assistant", "user", "assistant", "user", "assistant"]);
  });

  test("that answer no call come last and name nothing", () => {
    const messages = rest(assistant("", call("a", "get_time", "{}")), result("x", "lost"), result("a", "1"));
    expect(messages[1]?.content).toBe(
      '<tool_response>\n{"name": "get_time", "content": 1}\n</tool_response>\n' +
        '<tool_response>\n{"content": "lost"}\n</tool_response>',
    );
  });
});
