import type { Tool } from "../../../src/generate/tools/format.ts";
import { type Case, tool } from "./parsing.ts";

/** How a family writes one call of `f` with these arguments, each with its raw text. */
export type WriteCall = (args: readonly [name: string, raw: string][], name?: string) => string;

export const taggedTools: Tool[] = [
  tool("f", {
    text: { type: "string" },
    count: { type: "integer" },
    ratio: { type: "number" },
    on: { type: "boolean" },
    list: { type: "array", items: { type: "string" } },
    object: { type: "object" },
    unit: { enum: ["celsius", "fahrenheit"] },
    level: { enum: [1, 2, "high"] },
    maybe: { anyOf: [{ type: "string" }, { type: "null" }] },
    either: { type: ["string", "integer"] },
    any: {},
    point: { $ref: "#/$defs/point" },
  }),
  tool("g"),
  tool("get.all-items"),
];

/** The cases of families that write each argument in tags of its own, text without quotes. */
export function taggedCases(write: WriteCall, { marker }: { marker: string }): Case[] {
  const value = (name: string, key: string, raw: string, json: string): Case => [
    name,
    write([[key, raw]]),
    [["f", `{"${key}": ${json}}`]],
  ];
  const whole = write([["text", "x"]]);
  const x = ["f", '{"text": "x"}'] as const;
  return [
    ["no text", "", []],
    ["text without calls", "Use <function> and <param> here.", ["Use <function> and <param> here."]],
    [
      "prose that names the marker",
      `The form is ${marker} tags, fine.`,
      [`The form is ${marker} tags, fine.`],
    ],
    ["the marker at the end", `x ${marker}`, [`x ${marker}`]],
    ["one call", whole, [[...x]]],
    ["text before a call", `I look.\n\n${whole}`, ["I look.", [...x]]],
    ["text after a call", `${whole}\n\nDone. `, [[...x], "Done. "]],
    ["text between calls", `${whole} and ${whole}`, [[...x], "and", [...x]]],
    ["several calls in a row", `${whole}\n${whole}${whole}`, [[...x], [...x], [...x]]],
    ["no arguments", write([], "g"), [["g", "{}"]]],
    ["a name with dots and dashes", write([], "get.all-items"), [["get.all-items", "{}"]]],
    ["an unknown tool", write([["a", "b"]], "nope"), [write([["a", "b"]], "nope")]],
    ["a known tool after an unknown one", write([], "nope") + whole, [write([], "nope"), [...x]]],
    [
      "several arguments",
      write([
        ["text", "a"],
        ["count", "3"],
        ["on", "true"],
      ]),
      [["f", '{"text": "a", "count": 3, "on": true}']],
    ],
    value("text that looks like a number", "text", "42", '"42"'),
    value("text that looks like JSON", "text", '{"a": 1}', '"{\\"a\\": 1}"'),
    value("text with quotes and backslashes", "text", 'a "b" \\n c', '"a \\"b\\" \\\\n c"'),
    value("text with white space around it", "text", "  x ", '"  x "'),
    value("an empty text", "text", "", '""'),
    value("unicode", "text", "日本 🙂 é", '"日本 🙂 é"'),
    value("text with half a tag", "text", "a </b> < c", '"a </b> < c"'),
    value("an integer", "count", "-7", "-7"),
    value("a long integer", "count", "2512292042121000001", "2512292042121000001"),
    value("an integer that is none", "count", "many", '"many"'),
    value("a number", "ratio", "2.5e3", "2.5e3"),
    value("a whole number", "ratio", "2", "2"),
    value("true as Python writes it", "on", "True", "true"),
    value("a list", "list", '["a", "b"]', '["a", "b"]'),
    value("a list as Python writes it", "list", "['a', None]", '["a", null]'),
    value("an object", "object", '{"a": {"b": [1]}}', '{"a": {"b": [1]}}'),
    value("an object behind a reference", "point", '{"x": 1}', '{"x": 1}'),
    value("a value of an enum", "unit", "celsius", '"celsius"'),
    value("a number of an enum", "level", "2", "2"),
    value("null where it may be", "maybe", "null", "null"),
    value("text where null may be", "maybe", "nul", '"nul"'),
    value("a number where text may be, too", "either", "5", "5"),
    value("anything", "any", "[1]", "[1]"),
    value("an argument that the schema does not name", "other", "true", "true"),
    ["cut off in the marker", `x ${marker.slice(0, -1)}`, [`x ${marker.slice(0, -1)}`]],
  ];
}
