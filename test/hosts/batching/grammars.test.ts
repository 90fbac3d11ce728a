import { expect, test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../helpers/environment.ts";

test("the memory of grammars is measured apart from that of prompts and the cache", async () => {
  const child = Bun.spawn([clientPython(), join(import.meta.dir, "grammars_test.py")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
