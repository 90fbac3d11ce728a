import { expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
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
