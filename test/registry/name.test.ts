import { describe, expect, test } from "bun:test";
import { toFreeName, toSlug } from "../../src/registry/name.ts";

describe("toSlug", () => {
  test.each([
    ["Qwen2.5-3B-Instruct", "qwen2-5-3b-instruct"],
    ["Mistral-7B-Instruct-v0.3", "mistral-7b-instruct-v0-3"],
    ["Phi 4  (mini)!", "phi-4-mini"],
    ["--a__b--", "a-b"],
    ["ÄÖ", "model"],
    ["模型7", "7"],
    ["İx", "i-x"],
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
