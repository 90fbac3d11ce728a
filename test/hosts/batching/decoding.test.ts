import { expect, test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../helpers/environment.ts";

test("decoding piece by piece gives the text of all tokens at once, for every way tokenizers decode", async () => {
  const child = Bun.spawn([clientPython(), join(import.meta.dir, "decoding_test.py")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
