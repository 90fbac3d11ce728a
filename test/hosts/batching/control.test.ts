import { expect, test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../helpers/environment.ts";

test("control tokens are found, and cut only where the tokenizer allows it", async () => {
  const child = Bun.spawn([runtimePython(runtimeDir()), join(import.meta.dir, "control_test.py")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
