import { expect, test } from "bun:test";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openChatHistory } from "../../src/library/chat-history.ts";
import { createTempDir } from "../helpers/temp.ts";

const fail = (problem: string) => {
  throw new Error(problem);
};

test("history keeps lines in a file of its owner alone, for the next chat", () => {
  const path = join(createTempDir(), "state/ov-llm/chat-history");
  const first = openChatHistory(path, fail);
  for (const line of ["one", "  ", "two", "x".repeat(5000)]) first.add(line);
  expect(openChatHistory(path, fail).lines).toEqual(["one", "two"]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("history closes a file that others could read, and is bounded", () => {
  const path = join(createTempDir(), "chat-history");
  const lines = Array.from({ length: 2001 }, (_, index) => `line ${index}`);
  writeFileSync(path, `${lines.join("\n")}\n`, { mode: 0o644 });
  expect(openChatHistory(path, fail).lines).toEqual(lines.slice(-1000));
  expect(readFileSync(path, "utf8").split("\n").length).toBe(1001);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("a place that cannot be used is reported once, and the chat goes on", () => {
  const file = join(createTempDir(), "file");
  writeFileSync(file, "");
  const problems: string[] = [];
  const history = openChatHistory(join(file, "chat-history"), (problem) => problems.push(problem));
  history.add("one");
  expect(history.lines).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^Cannot keep what is typed in ".*chat-history": /)]);
});
