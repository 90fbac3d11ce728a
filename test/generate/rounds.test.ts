import { describe, expect, test } from "bun:test";
import type { CallPart, ResultPart } from "../../src/generate/conversation.ts";
import { toRounds } from "../../src/generate/rounds.ts";
import { turn } from "./text-request.ts";

const call = (id: string | null, name = "f"): CallPart => ({
  type: "call",
  id,
  name,
  arguments: "{}",
  at: "c",
});
const result = (callId: string | null, text: string, name: string | null = null): ResultPart => ({
  type: "result",
  callId,
  name,
  content: [{ type: "text", text, at: "r" }],
  at: "r",
});
const text = (text: string) => ({ type: "text" as const, text, at: "t" });

const brief = (turns: Parameters<typeof toRounds>[0]) =>
  toRounds(turns).map(({ role, text, calls }) => [role, text, ...calls.map((one) => one.result)]);

describe("a conversation in rounds", () => {
  test("results of one turn answer the calls before it, and what else it says is a round of its own", () => {
    const turns = [
      turn("user", "Go"),
      turn("assistant", [text("Look:"), call("1"), call("2")]),
      turn("user", [result("2", "b"), result("1", "a"), text("And now?")]),
    ];
    expect(brief(turns)).toEqual([
      ["user", "Go"],
      ["assistant", "Look:", "a", "b"],
      ["user", "And now?"],
    ]);
  });

  test("a turn of results alone leaves no round, one without parts does", () => {
    const turns = [turn("assistant", [call("1")]), turn("user", [result("1", "")]), turn("user", [])];
    expect(brief(turns)).toEqual([
      ["assistant", "", ""],
      ["user", ""],
    ]);
  });

  test("a call without a result waits for none", () => {
    expect(brief([turn("assistant", [call("1")]), turn("user", "Never mind")])).toEqual([
      ["assistant", "", null],
      ["user", "Never mind"],
    ]);
  });

  const matches: [string, CallPart[], ResultPart[], (string | null)[]][] = [
    ["by id", [call("1"), call("2")], [result("2", "b")], [null, "b"]],
    ["by name without an id", [call(null, "f"), call(null, "g")], [result(null, "b", "g")], [null, "b"]],
    ["by order without both", [call(null), call(null)], [result(null, "a"), result(null, "b")], ["a", "b"]],
    ["an id to a call without one", [call(null), call("2")], [result("1", "a")], ["a", null]],
  ];
  for (const [name, calls, results, expected] of matches) {
    test(`finds the call of a result ${name}`, () => {
      const [round] = toRounds([turn("assistant", calls), turn("user", results)]);
      expect(round?.calls.map((one) => one.result)).toEqual(expected);
    });
  }

  test("joins the reasoning of a turn, and knows none from empty", () => {
    const thought = (text: string) => ({ type: "reasoning" as const, text, at: "t" });
    const turns = [
      turn("assistant", [thought("a"), text("x"), thought("b")]),
      turn("assistant", [thought("")]),
    ];
    expect(toRounds([...turns, turn("assistant", "x")]).map(({ reasoning }) => reasoning)).toEqual([
      "ab",
      "",
      null,
    ]);
  });

  test("refuses a result that answers nothing, at the place of its call's id", () => {
    expect(() => toRounds([turn("user", [result("9", "x")])])).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        param: "r",
        message: expect.stringContaining('"9"'),
      }),
    );
  });
});
