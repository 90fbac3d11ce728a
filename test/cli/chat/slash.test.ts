import { expect, test } from "bun:test";
import { parseSlash, renderSlashHelp } from "../../../cli/chat/slash.ts";

test.each([
  ["/model", { name: "model", rest: "" }],
  ["/model qwen:fast", { name: "model", rest: "qwen:fast" }],
  ["/system  Be brief.\nAlways. ", { name: "system", rest: "Be brief.\nAlways." }],
  ["/bye", { name: "exit", rest: "" }],
  ["/?", { name: "help", rest: "" }],
  ["hello /model", null],
  [" /etc/passwd", null],
  ["// a comment\nint main() {", null],
])("parseSlash: %j is %j", (text, expected) => expect<unknown>(parseSlash(text)).toEqual(expected));

test.each([
  ["/modle", 'There is no command "/modle": did you mean /model?'],
  ["/etc/passwd what is it", 'There is no command "/etc/passwd": /help lists them.'],
  ["/toString", "/help lists them"],
])("parseSlash: %j is unknown", (text, problem) =>
  expect(parseSlash(text)).toEqual({ name: "unknown", problem: expect.stringContaining(problem) }),
);

test("the help names every command", () => {
  for (const name of ["model", "system", "save", "clear", "help", "exit"]) {
    expect(renderSlashHelp(null)).toContain(`  /${name} `);
  }
});

test("the list of commands fits a narrow terminal", () => {
  const lines = renderSlashHelp(60).split("\n");
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
  expect(lines).toContain("  /exit              Quit; so do Ctrl-D, and Ctrl-C twice at");
});
