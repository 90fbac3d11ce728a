import { expect, test } from "bun:test";
import { join } from "node:path";
import { runtimeDir } from "../../helpers/environment.ts";

test("logits become probabilities as the model was trained for, by its labels", async () => {
  const child = Bun.spawn([join(runtimeDir(), "bin/python"), join(import.meta.dir, "classify_test.py")], {
    env: { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
