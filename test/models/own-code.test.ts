import { describe, expect, test } from "bun:test";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findOwnCode } from "../../src/models/own-code.ts";
import { createTempDir } from "../helpers/temp.ts";

describe("the Python files of a model", () => {
  test.each([
    ["none", { "config.json": "{}" }, []],
    ["those beside it", { "b.py": "", "a.py": "", "notes.md": "" }, ["a.py", "b.py"]],
    [
      "those of config.json",
      { "config.json": '{"auto_map":{"AutoModel":"sub.modeling.A","AutoConfig":"c.C"}}' },
      ["c.py", "sub/modeling.py"],
    ],
    [
      "those of its tokenizer, of which one may be null",
      { "tokenizer_config.json": '{"auto_map":{"AutoTokenizer":["tok.T",null]}}' },
      ["tok.py"],
    ],
    [
      "those of another repository",
      { "processor_config.json": '{"auto_map":{"AutoProcessor":"Acme/Code--p.P"}}' },
      ["Acme/Code: p.py"],
    ],
    ["none where a file is broken", { "config.json": '{"auto_map":', "tokenizer_config.json": "[]" }, []],
  ])("are %s", (_, files, expected) => {
    const folder = createTempDir();
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    expect(findOwnCode(folder, readdirSync(folder))).toEqual(expected);
  });
});
