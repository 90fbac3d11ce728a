import { describe, expect, test } from "bun:test";
import { createDraft } from "../../../cli/chat/draft.ts";

/** What each line completes; null: nothing yet. */
function type(...lines: string[]): (string | null)[] {
  const draft = createDraft();
  return lines.map((line) => draft.add(line) ?? null);
}

describe("createDraft", () => {
  test.each([
    [["one"], ["one"]],
    [
      ["one\\", "two"],
      [null, "one\ntwo"],
    ],
    [
      ["one\\", "two\\", ""],
      [null, null, "one\ntwo\n"],
    ],
    // An escaped backslash is one.
    [
      ["C:\\\\", "next"],
      ["C:\\\\", "next"],
    ],
    [['"""one"""'], ["one"]],
    [
      ['"""', "one", "", "two", '"""'],
      [null, null, null, null, "one\n\ntwo"],
    ],
    [
      ['"""one\\', 'two""" ', "three"],
      [null, "one\\\ntwo", "three"],
    ],
    [
      ['say """', "x"],
      ['say """', "x"],
    ],
  ])("%j gives %j", (lines, expected) => expect(type(...lines)).toEqual(expected));

  test("is open until a message is whole, and clear drops what there is", () => {
    const draft = createDraft();
    draft.add('"""half');
    expect(draft.isOpen()).toBe(true);
    draft.clear();
    expect(draft.isOpen()).toBe(false);
    expect(draft.add("whole")).toBe("whole");
  });
});
