import { expect, test } from "bun:test";
import { renderYaml } from "../../src/mesh/yaml.ts";

/** What YAML 1.1 or 1.2 reads as something else than a text, where it is not quoted, and what breaks a line or a document. */
const texts = [
  ...["", " ", "=", "~", "y", "No", "off", "null", "True", "1e3", "0x10", "1:30", "2026-01-01", ".5"],
  ...[
    "- a",
    "a: b",
    "a #b",
    "&a",
    "*a",
    "!!python/object:os.system x",
    "|",
    "> x",
    "'q'",
    '"q"',
    "{a: b}",
    "[x]",
  ],
  ...[
    "%YAML 1.1",
    "@x",
    "`x",
    "...",
    "---\nx",
    "a\nb: c",
    "tail ",
    " head",
    "end:",
    "\ttab",
    "\\",
    "日本語 モデル",
  ],
  ...["\u0085x", "\u2028x", "\u0000", "\u007F", "\uFEFFx", "\uFFFEx", "😀", "\u{1FFFE}"],
];

test.each(texts)("%j stays what it is as a value, as a key and in a list", (text) => {
  const value = { [text]: { name: text, list: [text, { [text]: text }] } };
  expect(Bun.YAML.parse(renderYaml(value))).toEqual(value);
});

test("only names and addresses stand without quotes", () => {
  const value = {
    model_list: [{ name: "qwen3:fast", base: "http://pc1:9000/v1", id: "=", fine: "no" }],
    none: [],
  };
  expect(renderYaml(value)).toBe(
    'model_list:\n  - name: qwen3:fast\n    base: http://pc1:9000/v1\n    id: "="\n    fine: "no"\nnone: []\n',
  );
});

test("numbers and truth values stay such, and nothing is an empty map", () => {
  expect(renderYaml({ seconds: 3600, ratio: 0.5, on: true, map: {} })).toBe(
    'seconds: 3600\nratio: 0.5\n"on": true\nmap: {}\n',
  );
});

test("no character that a reader of YAML 1.1 refuses or takes for a line break is left", () => {
  expect(renderYaml({ a: "\u0085\u2028\u{1FFFE}\u0007" })).toBe(
    'a: "\\U00000085\\U00002028\\U0001fffe\\u0007"\n',
  );
});
