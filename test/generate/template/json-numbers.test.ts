import { describe, expect, test } from "bun:test";
import { JsonNumber, parseJsonLossless } from "../../../src/generate/template/json-numbers.ts";
import { compile, plainInput } from "./templates.ts";

describe("JSON that keeps its numbers", () => {
  const texts = ["123456789012345678", "-9223372036854775808", "2.0", "1e3", "-0.0", "1E400", "0.10"];
  for (const text of texts) {
    test(`${text} is written as it was read, or means the same`, () => {
      const value = parseJsonLossless(`{"a": [${text}]}`);
      const plain = JSON.stringify(value);
      expect(plain === `{"a":[${text}]}` || plain === JSON.stringify(JSON.parse(`{"a": [${text}]}`))).toBe(
        true,
      );
    });
  }

  test("what JavaScript holds stays a number", () => {
    expect(parseJsonLossless('{"a": [1, -5, 0.5, 1e-7, "1.0", true, null]}')).toEqual({
      a: [1, -5, 0.5, 1e-7, "1.0", true, null],
    });
    expect(parseJsonLossless("2.0")).toBeInstanceOf(JsonNumber);
  });

  test("wrong JSON fails", () => {
    expect(() => parseJsonLossless("{")).toThrow(SyntaxError);
  });

  test("a template prints them as Python would", () => {
    const messages = [
      {
        role: "assistant",
        content: "",
        args: parseJsonLossless('{"id": 2512292042121000001, "x": 2.0, "n": 2}'),
      },
    ];
    const template = compile(
      "{{ messages[0].args | tojson }} {{ messages[0].args.x }} {{ messages[0].args.id + 1 }}",
    );
    expect(template.render({ ...plainInput, messages })).toBe(
      '{"id": 2512292042121000001, "x": 2.0, "n": 2} 2.0 2512292042121000002',
    );
  });
});
