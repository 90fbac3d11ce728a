import { describe, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { toOwnPath, writeOwnFile } from "../../../src/convert/environment/own-files.ts";
import { createTempDir } from "../../helpers/temp.ts";

describe("a file beside the converter's environment", () => {
  test("is for its owner alone, replaces an older one and leaves nothing else behind", () => {
    const path = toOwnPath({ convertEnv: join(createTempDir(), "made/converter") }, "a.json");
    writeOwnFile(path, "old");
    writeOwnFile(path, "new");
    expect(readFileSync(path, "utf8")).toBe("new");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(path))).toEqual(["a.json"]);
  });

  test.each(["file/a.json", "folder"])("that cannot be %s is refused, with the next step", (name) => {
    const root = createTempDir();
    writeFileSync(join(root, "file"), "");
    mkdirSync(join(root, "folder"));
    expect(() => writeOwnFile(join(root, name), "text")).toThrow(
      expect.objectContaining({
        code: "setup_failed",
        message: expect.stringMatching(
          /^Cannot write .*: .*Make that folder writable, or choose another one with OV_CONVERT_ENV\.$/,
        ),
      }),
    );
    expect(readdirSync(root).toSorted()).toEqual(["file", "folder"]);
  });
});
