import { describe, expect, test } from "bun:test";
import { parseRepoName } from "../../src/hub/names.ts";

describe("parseRepoName", () => {
  test.each([
    ["Qwen/Qwen2.5-3B-Instruct", { owner: "Qwen", name: "Qwen2.5-3B-Instruct" }],
    ["a/b", { owner: "a", name: "b" }],
    ["0-x_y.z/1_2.3", { owner: "0-x_y.z", name: "1_2.3" }],
    [`o/${"x".repeat(94)}`, { owner: "o", name: "x".repeat(94) }],
  ])("takes %j", (text, name) => expect(parseRepoName(text)).toEqual(name));

  test.each([
    "",
    "/",
    "model",
    "owner/",
    "/model",
    "a/b/c",
    "/etc/passwd",
    "..",
    "../..",
    "../x",
    "owner/..",
    "owner/.",
    "owner/../x",
    "owner/a..b",
    "owner/.hidden",
    "-rf/model",
    "owner/--help",
    "owner/-x",
    "owner/a--b",
    "owner/x-",
    "owner/x.",
    "owner./x",
    "o/m.git",
    "o/m\n",
    "o\n/m",
    " o/m",
    "o/m m",
    "o\\m",
    "o/模型",
    "ö/m",
    "o/m\u0000",
    "o/%2e%2e",
    "hub:o/m",
    `o/${"x".repeat(95)}`,
  ])("refuses %j", (text) => expect(parseRepoName(text)).toBeNull());
});
