import { describe, expect, test } from "bun:test";
import { closeSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fitTable, paint, renderAge, renderBlock, renderTable, toOneLine } from "../../cli/terminal.ts";
import { createTempDir } from "../helpers/temp.ts";

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

/** What a program that writes these texts, one after the other, leaves in a file that had `before` in it. */
async function appendToFile(before: string, ...texts: string[]): Promise<string> {
  const path = join(createTempDir(), "out");
  writeFileSync(path, before);
  const file = openSync(path, "a");
  const terminal = join(import.meta.dir, "../../cli/terminal.ts");
  const program = `import { writeBytes } from ${JSON.stringify(terminal)};
    for (const text of ${JSON.stringify(texts)}) await writeBytes(text);`;
  const child = Bun.spawn([process.execPath, "-e", program], { stdout: file, stderr: "inherit" });
  expect(await child.exited).toBe(0);
  closeSync(file);
  return readFileSync(path, "utf8");
}

test("what a file holds stays, whatever is appended to it", async () => {
  const long = "x".repeat(10_000);
  expect(await appendToFile("before\n", "", long, "", "end\n")).toBe(`before\n${long}end\n`);
});
