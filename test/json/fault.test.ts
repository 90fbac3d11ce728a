import { describe, expect, test } from "bun:test";
import { explainFault } from "../../src/json/fault.ts";
import { findFault } from "../../src/json/scan.ts";

const body =
  '{"model": "x", "messages": [{"role": "user", "content": "A \\"b\\" \\u00e9\\n"}], "n": -1.5e+3, "s": [true, null, {}, []]}';

describe("the place where a text is no JSON", () => {
  test("is found as the runtime finds it: at no valid text, at every cut and at every broken character", () => {
    const parses = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    for (let at = 0; at <= body.length; at += 1) {
      for (const put of ["", "\n", "'", "}", ",", '"', "\\", "0", "-", "é", ":", "["]) {
        for (const skip of [0, 1]) {
          const text = body.slice(0, at) + put + body.slice(at + skip);
          expect([text, findFault(text) === null]).toEqual([text, parses(text)]);
        }
      }
      if (at < body.length) expect(findFault(body.slice(0, at))).not.toBeNull();
    }
  });

  test("needs no depth of its own", () => {
    expect(findFault("[".repeat(200_000))?.at).toBe(200_000);
  });

  test.each([
    ['{\n  "a": "b\nc"}', 2, 10],
    ["{'a': 1}", 1, 2],
    ['{"a": 1,\n}', 2, 1],
    ['{"a": 1', 1, 8],
    ["", 1, 1],
  ])("of %j is line %d, column %d", (text, line, column) => {
    expect(explainFault(text)).toContain(` at line ${line}, column ${column}, near `);
  });
});

describe("the advice", () => {
  test.each([
    ["a raw line break", '{"content": "a\nb"}', "A line break in a string is written \\n"],
    ["a raw tab", '{"content": "a\tb"}', "A tab in a string is written \\t"],
    ["a control character", '{"content": "a\u0007b"}', "is written \\u and four hex digits"],
    ["single quotes", "{'model': 'x'}", "Strings stand in double quotes. Python's str() is no JSON"],
    ["single quotes around a value", "{\"model\": 'x'}", "Strings stand in double quotes."],
    ["Python's words", '{"stream": True}', "JSON has true, false and null. Python's str() is no JSON"],
    ["Python's None", '{"stop": None}', "JSON has true, false and null."],
    ["a trailing comma in an object", '{"a": 1, }', "Remove the comma before it."],
    ["a trailing comma in a list", '{"a": [1,\n]}', "Remove the comma before it."],
    [
      "backslashes that the shell left",
      String.raw`{\"model\": \"x\"}`,
      "Write the quotes without backslashes",
    ],
    ["such a value", String.raw`{"model": \"x\"}`, "Write the quotes without backslashes"],
    ["such a text alone", String.raw`\"x\"`, "Write the quotes without backslashes"],
    ["doubled braces of an f-string", '{{"model": "x"}}', "Doubled braces belong to an f-string"],
    ["a placeholder", '{"model": {name}}', "This is a placeholder that was not filled in"],
    ["NaN", '{"temperature": NaN}', "JSON has no NaN and no infinity"],
    ["-Infinity", '{"temperature": -Infinity}', "JSON has no NaN and no infinity"],
    ["undefined", '{"a": undefined}', "Leave the key out, or send null."],
    ["a comment", '{"a": 1, // one\n"b": 2}', "JSON has no comments"],
    ["a comment in a list", '{"a": [1 /* one */]}', "JSON has no comments"],
    ["a key without quotes", '{"a": 1, b: 2}', "Put the key in double quotes."],
    ["typographic quotes", "{“model”: “x”}", 'These are typographic quotes: write ".'],
    ["a form", "model=x&messages=%5B%5D", "This is a form. Send JSON"],
    ["JavaScript's name of an object", "[object Object]", "send JSON.stringify(body)"],
    ["a page", "<!doctype html>", "This is HTML or XML."],
    ["the name of a file", "@body.json", "curl reads a file only after -d"],
    ["quotes that cmd kept", "'{\"model\": 1}'", "The shell's quotes came along"],
    ["quotes that a shell took", "{model: x, messages: []}", "The shell took the double quotes away"],
    ["a quote in a string", '{"content": "say "hi" now"}', 'A quote in a string is written \\"'],
    ["a path of Windows", '{"path": "C:\\models"}', "A backslash in a string is written \\\\"],
    ["an escaped apostrophe", '{"a": "it\\\'s"}', "An apostrophe takes no backslash."],
    ["a missing comma", '{"a": 1 "b": 2}', "Put a comma before it."],
    ["a key without value", '{"a"}', "The key has no value"],
    ["text without quotes", '{"model": qwen}', "Put text in double quotes."],
    ["a number of another language", '{"a": .5}', "Numbers are written like 0.5"],
    ["a number with a zero before it", '{"a": 007}', "Numbers are written like 0.5"],
    ["a variable of the shell", '{"model": $MODEL}', "A shell fills in variables only within double quotes"],
    ["dots of an example", '{"a": 1, ...}', "Put in what the example leaves out."],
    ["a bracket too many", '{"a": 1}}', "There is a closing bracket too many."],
    ["two values", '{"a": 1}\n{"a": 2}', "Send one JSON value, not several."],
    ["a cut text", '{"a": [1, 2', "It ends with 2 brackets still open"],
    ["a cut string", '{"a": "what', "The string has no closing quote."],
  ])("for %s", (_, text, advice) => {
    expect(explainFault(text)).toContain(advice);
    expect(explainFault(text).length).toBeLessThan(260);
  });
});
