import { describe, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseKeys, readKeys } from "../../src/config/keys.ts";
import { findKeyFileWarnings } from "../../src/config/warnings.ts";
import { createTempDir } from "../helpers/temp.ts";

const file = join(createTempDir(), "keys");
const laptop = { name: "laptop", key: "sk-12345678" };

describe("a key file", () => {
  test.each([
    ["laptop: sk-12345678", [laptop]],
    ["laptop sk-12345678", [laptop]],
    ["laptop\tsk-12345678\r\n", [laptop]],
    ["  laptop :  sk-12345678  ", [laptop]],
    ["# all keys\n\nlaptop: sk-12345678\n# end\n", [laptop]],
    ["laptop: sk-12345678\nlaptop: sk-87654321", [laptop, { name: "laptop", key: "sk-87654321" }]],
    ["me@home.lan: with:colons=and/more", [{ name: "me@home.lan", key: "with:colons=and/more" }]],
  ])("%j holds keys", (text, keys) => expect(parseKeys(text, file)).toEqual(keys));

  test.each([
    ["", /contains no key/],
    ["# nothing\n\n", /contains no key/],
    ["laptop: sk-12345678\nsecret-without-a-name", /line 2 \(not shown\)/],
    ["laptop: short", /line 1 .*at least 8 characters/],
    ["lap top: sk-secret-78", /line 1/],
    [`${"x".repeat(65)}: sk-12345678`, /line 1/],
  ])("%j is refused without a word of it", (text, message) => {
    expect(() => parseKeys(text, file)).toThrow(message);
    expect(() => parseKeys(text, file)).not.toThrow(/secret|short|sk-/);
  });

  test("stands beside OV_API_KEY, which is named default", () => {
    writeFileSync(file, "\uFEFFlaptop: sk-12345678\n");
    expect(readKeys({ apiKey: "another key", apiKeyFile: file })).toEqual([
      { name: "default", key: "another key" },
      laptop,
    ]);
    expect(readKeys({ apiKey: null, apiKeyFile: null })).toEqual([]);
  });

  test("that is not there names the setting", () => {
    expect(() => readKeys({ apiKey: null, apiKeyFile: `${file}-gone` })).toThrow(/OV_API_KEY_FILE.*ENOENT/);
  });

  test.each([
    [0o600, false],
    [0o400, false],
    [0o640, true],
    [0o604, true],
  ])("of mode %o is warned of: %p", (mode, warned) => {
    writeFileSync(file, "laptop: sk-12345678\n");
    chmodSync(file, mode);
    expect(findKeyFileWarnings({ apiKeyFile: file }).length > 0).toBe(warned);
  });
});
