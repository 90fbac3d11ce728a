import { describe, expect, test } from "bun:test";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createPrefixesFile } from "../../src/daemon/prefixes-file.ts";
import { createTempDir } from "../helpers/temp.ts";

function createFile(path: string) {
  const warnings: string[] = [];
  return { file: createPrefixesFile(path, { warn: (text) => void warnings.push(text) }), warnings };
}

const models = { small: [{ text: "You are careful.", uses: 3 }] };

describe("the file of prompt prefixes", () => {
  test("holds what was written, and only its owner may read it", () => {
    const path = join(createTempDir(), "new", "kept.json");
    const { file, warnings } = createFile(path);
    expect(file.read()).toEqual({});
    file.write(models);
    expect(createFile(path).file.read()).toEqual(models);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(warnings).toEqual([]);
  });

  test.each(["{", '{"version":2,"models":{}}', '{"version":1,"models":{"a":[{"text":1,"uses":2}]}}'])(
    "is done without where it holds %s",
    (text) => {
      const path = join(createTempDir(), "kept.json");
      writeFileSync(path, text);
      const { file, warnings } = createFile(path);
      expect(file.read()).toEqual({});
      expect(warnings[0]).toStartWith(`Cannot read OV_WARM_PREFIXES_FILE "${path}": `);
    },
  );

  test("is done without where it cannot be written", () => {
    const path = join(createTempDir(), "folder");
    mkdirSync(path);
    const { file, warnings } = createFile(path);
    file.write(models);
    expect(warnings[0]).toStartWith(`Cannot write OV_WARM_PREFIXES_FILE "${path}": `);
  });
});
