import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { findUnwritable } from "../../src/linux/folders.ts";
import { repo } from "../helpers/server.ts";
import { createTempDir } from "../helpers/temp.ts";

describe("an unusable folder", () => {
  test.each(["/proc/nonexistent", "/proc", "/dev/null"])("for temporary files names TMPDIR: %s", (TMPDIR) => {
    const script = `import { makeTemporaryFolder } from "${repo}/src/linux/folders.ts";
      try { makeTemporaryFolder("x-"); } catch ({ code, message }) { console.log(code, message); }`;
    const { stdout } = Bun.spawnSync([process.execPath, "-e", script], {
      env: { PATH: process.env.PATH, TMPDIR },
    });
    expect(stdout.toString()).toStartWith(
      `invalid_setting Cannot write to "${TMPDIR}", the folder for temporary files: `,
    );
    expect(stdout.toString()).toContain("set TMPDIR to another folder");
  });

  test("names its setting", () => {
    const file = join(createTempDir(), "a");
    writeFileSync(file, "");
    expect(findUnwritable(join(file, "cache"), "OV_X")).toContain("make it writable or set OV_X");
    expect(findUnwritable(join(createTempDir(), "new"), "OV_X")).toBeNull();
  });
});
