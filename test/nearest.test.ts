import { expect, test } from "bun:test";
import { findNearest } from "../src/nearest.ts";

const known = ["qwen2-5-3b-instruct", "phi-4-mini-instruct", "llama", "llama-2"];

test.each([
  ["qwen", ["qwen2-5-3b-instruct"]],
  ["Qwen2-5-3B-Instruct", ["qwen2-5-3b-instruct"]],
  ["quen2-5-3b-instrct", ["qwen2-5-3b-instruct"]],
  ["qwem", ["qwen2-5-3b-instruct"]],
  ["mini", ["phi-4-mini-instruct"]],
  ["lama", ["llama", "llama-2"]],
  ["mistral-7b", []],
  ["zzzz", []],
  ["", []],
])("%p is near %p", (asked, names) => expect(findNearest(asked, known)).toEqual(names));

test("at most three, the best first", () => {
  expect(findNearest("m-1", ["mm-33", "m-11", "m-12", "m-2", "m-3"])).toEqual(["m-11", "m-12", "m-2"]);
});
