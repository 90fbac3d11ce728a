import { describe, expect, test } from "bun:test";
import { findArchive, findSum, toVersionUrl } from "../../src/release/sums.ts";

const hex = (digit: string) => digit.repeat(64);
const sums = `${hex("a")}  ov-llm_1.2.0_amd64.deb
${hex("b")}  ov-llm-1.2.0-rc.1-linux-x64.tar.gz
${hex("c")} *ov-llm-1.2.0-linux-arm64.tar.gz
`;

describe("findArchive", () => {
  test("takes the archive of that architecture, with its version and sum", () => {
    expect(findArchive(sums, "x64")).toEqual({
      name: "ov-llm-1.2.0-rc.1-linux-x64.tar.gz",
      version: "1.2.0-rc.1",
      sha256: hex("b"),
    });
    expect(findArchive(sums, "arm64")).toMatchObject({ version: "1.2.0", sha256: hex("c") });
  });

  test.each([
    "",
    "<html>not found</html>",
    `${hex("a")}  ../ov-llm-1.2.0-linux-x64.tar.gz`,
    `${hex("a")}  ov-llm-1.2.0/../x-linux-x64.tar.gz`,
    `${hex("a")}  ov-llm-1.2.0-linux-x64.tar.gz.sig`,
    `${hex("a").slice(1)}  ov-llm-1.2.0-linux-x64.tar.gz`,
    `${hex("a")}  ov-llm-1.2.0-linux-arm64.tar.gz`,
  ])("finds nothing in %j", (text) => {
    expect(findArchive(text, "x64")).toBeNull();
  });
});

test("findSum takes the sum of that very name", () => {
  expect(findSum(sums, "ov-llm-1.2.0-linux-arm64.tar.gz")).toBe(hex("c"));
  expect(findSum(sums, "1.2.0-linux-arm64.tar.gz")).toBeNull();
});

test.each([
  [
    "https://forge.example/o/r/releases/latest/download",
    "https://forge.example/o/r/releases/download/v1.2.0",
  ],
  ["https://box.example/ov-llm/", "https://box.example/ov-llm/v1.2.0"],
])("a version beside the newest at %s", (url, expected) => {
  expect(toVersionUrl(url, "1.2.0")).toBe(expected);
});
