import { describe, expect, test } from "bun:test";
import {
  renderBytes,
  renderRate,
  renderSeconds,
  renderTokens,
} from "../../../../src/page/client/parts/format.ts";

describe("figures", () => {
  test.each([
    [0, "0 B"],
    [1023, "1023 B"],
    [1536, "1.5 KB"],
    [99_000_000, "94 MB"],
    [5.5 * 2 ** 30, "5.5 GB"],
    [2 ** 60, "1048576 TB"],
  ])("%d bytes are %s", (bytes, text) => expect(renderBytes(bytes)).toBe(text));

  test.each([
    [0.0344, "34 ms"],
    [1.25, "1.3 s"],
    [95, "1:35"],
  ])("%d seconds are %s", (seconds, text) => expect(renderSeconds(seconds)).toBe(text));

  test.each([
    [8192, "8k"],
    [32_768, "32k"],
    [1000, "1000"],
    [131_072, "128k"],
  ])("%d tokens are %s", (tokens, text) => expect(renderTokens(tokens)).toBe(text));

  test.each([
    [0, "0.0"],
    [41.26, "41.3"],
    [284.4, "284"],
  ])("%d in a second are %s", (rate, text) => expect(renderRate(rate)).toBe(text));
});
