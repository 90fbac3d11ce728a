import { expect, test } from "bun:test";
import { help, parseOptions } from "./options.ts";

test("the help names every option with its default", () => {
  expect(parseOptions(["--help"])).toBeNull();
  const defaults = parseOptions([]) ?? {};
  for (const value of Object.values(defaults)) expect(help).toContain(`(${value})`);
  expect(help.match(/^ {2}--/gm)).toHaveLength(Object.keys(defaults).length);
});

test.each([
  [["--load", "1"], '--load is "1", expected a number between 0 and 1'],
  [["--seconds", "soon"], '--seconds is "soon", expected a number above 0'],
])("%j is refused", (argv, message) => {
  expect(() => parseOptions(argv)).toThrow(message);
});
