import { describe, expect, test } from "bun:test";
import { toStrictGrammar } from "../../helpers/strict-grammar.ts";
import { createMatcher } from "../matcher.ts";

const matches = (schema: unknown) => createMatcher(toStrictGrammar(schema, "s").grammar);

const escaped = [
  '"K\\u00f6ln"',
  '"K\\u00F6ln"',
  '"a\\/b"',
  '"\\u0000\\u001F"',
  '"\\ud83d\\udc4d"',
  '"\\uD83D\\uDC4D!"',
  '"\\"\\\\\\b\\f\\n\\r\\t"',
];
const broken = [
  '"\\u00f"',
  '"\\u00fg"',
  '"\\x41"',
  '"\\ud83d"',
  '"\\udc4d"',
  '"\\ud83dA"',
  '"\\ud83d\\u0041"',
  '"\n"',
];

describe("escapes of RFC 8259 in strings", () => {
  test.each<[string, unknown]>([
    ["any string", { type: "string" }],
    ["a string of some length", { type: "string", minLength: 1, maxLength: 20 }],
    ["any value", true],
    ["a value of an open type", { type: ["string", "null"] }],
  ])("%s", (_, schema) => {
    const isMatch = matches(schema);
    expect(escaped.filter((text) => !isMatch(text))).toEqual([]);
    expect(broken.filter((text) => isMatch(text))).toEqual([]);
  });

  test("within objects and lists, and in free names", () => {
    const isMatch = matches({ type: "object" });
    expect(isMatch('{"K\\u00f6ln": ["a\\/b", {"\\ud83d\\udc4d": 1}]}')).toBe(true);
    expect(isMatch('{"K\\ud83dln": 1}')).toBe(false);
  });

  test.each([
    ['"\\u00fc\\u00fc"', true],
    ['"\\ud83d\\udc4d\\n"', true],
    ['"\\u00fc"', false],
    ['"\\ud83d\\udc4d"', false],
    ['"abc"', true],
    ['"\\u0061b\\/d"', false],
  ])("each counts as one character: %s", (text, isAllowed) => {
    expect(matches({ type: "string", minLength: 2, maxLength: 3 })(text)).toBe(isAllowed);
  });

  test("a pattern or listed values allow what they say and no other spelling", () => {
    const pattern = matches({ type: "string", pattern: '^[a-zö/"]+$' });
    expect(['"köln"', '"a/b"', '"a\\"b"'].filter((text) => !pattern(text))).toEqual([]);
    expect(['"k\\u00f6ln"', '"a\\/b"', '"\\u0041"'].filter(pattern)).toEqual([]);
    const listed = matches({ enum: ["köln"] });
    expect([listed('"köln"'), listed('"k\\u00f6ln"')]).toEqual([true, false]);
  });
});
