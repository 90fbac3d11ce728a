import { expect, test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../helpers/environment.ts";

test("an answer ends at the tokens that the files name and at the tokenizer's own", async () => {
  const child = Bun.spawn([clientPython(), join(import.meta.dir, "ends_test.py")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
