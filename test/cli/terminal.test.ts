import { describe, expect, test } from "bun:test";
import { fitTable, paint, renderAge, renderBlock, renderTable, toOneLine } from "../../cli/terminal.ts";

const plain = (text: string) => Bun.stripANSI(text);

describe("renderTable", () => {
  const rows = [
    ["a", "long cell", "1"],
    ["bbbb", "", "22"],
  ];

  test("pads columns to their widest cell, the last one not", () => {
    expect(plain(renderTable(["NAME", "B", "C"], rows))).toBe(
      ["NAME  B          C", "a     long cell  1", "bbbb             22", ""].join("\n"),
    );
  });

  test("counts wide and coloured characters as they show", () => {
    const wide = plain(
      renderTable(
        ["A", "B"],
        [
          ["模型", "x"],
          [paint("red", "ab"), "y"],
        ],
      ),
    );
    expect(wide).toBe(["A     B", "模型  x", "ab    y", ""].join("\n"));
  });

  test("becomes one block a row where the terminal is too narrow", () => {
    expect(
      plain(
        renderTable(
          ["NAME", "B"],
          [
            ["a", "long cell"],
            ["b", "x"],
          ],
          10,
        ),
      ),
    ).toBe(["NAME  a", "B     long cell", "", "NAME  b", "B     x", ""].join("\n"));
  });
});

test("renderBlock puts values under each other", () => {
  expect(plain(renderBlock(["a", "long"], ["1", "2"]))).toBe("a     1\nlong  2\n");
});

test.each([
  ["plain", "plain"],
  ["two\n  lines\r\nmore", "two lines more"],
  ["\u001b[2Jgone", "\\u001b[2Jgone"],
  ["tab\there", "tab\\there"],
])("toOneLine: %p is %p", (text, line) => expect(toOneLine(text)).toBe(line));

test.each([
  [-1, "0 s"],
  [0.9, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [7199, "1 h"],
  [86_399, "23 h"],
  [200_000, "2 d"],
])("renderAge: %d s is %p", (seconds, text) => expect(renderAge(seconds)).toBe(text));

describe("fitTable", () => {
  const header = ["NAME", "TASK", "SIZE"];
  const rows = [["model", "text-generation", "98 MB"]];

  test.each([
    [null, header, []],
    [29, header, []],
    [28, ["NAME", "TASK"], ["SIZE"]],
    [21, ["NAME"], ["SIZE", "TASK"]],
    [3, ["NAME"], ["SIZE", "TASK"]],
  ] as const)("in %p columns has %p", (width, kept, leftOut) => {
    const fitted = fitTable(header, rows, width, ["SIZE", "TASK"]);
    expect(fitted).toMatchObject({ header: [...kept], leftOut: [...leftOut] });
    expect(fitted.rows[0]).toHaveLength(kept.length);
  });
});
