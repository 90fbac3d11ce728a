import { expect, test } from "bun:test";
import { resolve } from "node:path";
import { expandPath } from "../../src/config/paths.ts";

test.each([
  ["~", "/home/u"],
  ["~/a/b", "/home/u/a/b"],
  ["/a/../b", "/b"],
  ["a", resolve("a")],
  ["~other/a", resolve("~other/a")],
  ["/a/~/b", "/a/~/b"],
])("expandPath: %p is %p", (path, expanded) => expect(expandPath(path, "/home/u")).toBe(expanded));
