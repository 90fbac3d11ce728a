import { expect, test } from "bun:test";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequestFiles } from "../../src/daemon/files.ts";
import { printWithSmallFiles } from "../helpers/full-disk.ts";
import { createTempDir } from "../helpers/temp.ts";

test("a request's file for which there is no room names TMPDIR, and leaves nothing", () => {
  const folder = createTempDir();
  const script = `import { createRequestFiles } from "./src/daemon/files.ts";
    const { keep } = createRequestFiles();
    await keep(new Uint8Array(100_000)).catch(({ code, message }) => console.log(code, message));`;
  expect(printWithSmallFiles(script, folder)).toStartWith(
    `invalid_setting Cannot write to "${folder}", the folder for temporary files: EFBIG`,
  );
  expect(readdirSync(folder).flatMap((name) => readdirSync(join(folder, name)))).toEqual([]);
});

test("a request's file is kept even where a cleaner of temporary files has removed their folder", async () => {
  const files = createRequestFiles();
  const first = await files.keep(new Uint8Array([1]));
  rmSync(dirname(first.path), { recursive: true });
  const second = await files.keep(new Uint8Array([2]));
  expect([...readFileSync(second.path)]).toEqual([2]);
  files.dispose();
  expect(() => readFileSync(second.path)).toThrow();
});
