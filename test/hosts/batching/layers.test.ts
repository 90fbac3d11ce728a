import { expect, test } from "bun:test";
import { join } from "node:path";
import { runtimeDir } from "../../helpers/environment.ts";

test("what stands behind the pooling is read of its files, and computed as torch does", async () => {
  const child = Bun.spawn([join(runtimeDir(), "bin/python"), join(import.meta.dir, "layers_test.py")], {
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
