import { describe, expect, test } from "bun:test";
import { checkName, toFreeName, toSlug } from "../../src/registry/names.ts";

describe("toSlug", () => {
  test.each([
    ["Qwen2.5-3B-Instruct", "qwen2-5-3b-instruct"],
    ["Mistral-7B-Instruct-v0.3", "mistral-7b-instruct-v0-3"],
    ["Phi 4  (mini)!", "phi-4-mini"],
    ["--a__b--", "a-b"],
    ["ÄÖ", "ao"],
    ["ünïcode", "unicode"],
    ["Модель", "model"],
    ["模型7", "moxing7"],
    ["İx", "ix"],
    ["", "model"],
    ["...", "model"],
  ])("%p -> %p", (folder, slug) => expect(toSlug(folder)).toBe(slug));
});

describe("toFreeName", () => {
  test.each([
    [[], "m"],
    [["other"], "m"],
    [["m"], "m-2"],
    [["m", "m-2", "m-3"], "m-4"],
    [["m", "m-3"], "m-2"],
    [["m-2"], "m"],
  ])("with %p taken gives %p", (taken: string[], name) => {
    expect(toFreeName("m", (candidate) => taken.includes(candidate))).toBe(name);
  });
});

test.each(["m", "qwen2-5-3b-instruct", "OpenVINO/Qwen2.5", "gpt-4o", "My Model", "模型", "toString", "1"])(
  "%p is a name",
  (name) => expect(() => checkName(name)).not.toThrow(),
);

test.each([
  ["", "it is empty"],
  [" m", "it starts or ends with a space"],
  ["m\t", "it starts or ends with a space"],
  ["a\nb", "it has invisible characters"],
  ["a\u001b[2Jb", "it has invisible characters"],
  ["a\u202eb", "it has invisible characters"],
  ["a\u200bb", "it has invisible characters"],
  ["a\u2028b", "it has invisible characters"],
  ["a\ud800b", "it has invisible characters"],
  ["--files", 'it starts with "-"'],
  ["__proto__", "it is reserved"],
  ["..", "it is reserved"],
  ["m".repeat(201), "it is longer than 200 characters"],
])("%p is none: %s", (name, reason) => {
  expect(() => checkName(name)).toThrow(`as a model's name: ${reason}. Choose another one.`);
  expect(() => checkName(name, "an alias")).toThrow(`as an alias: ${reason}`);
});
