import { expect, test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../helpers/environment.ts";

test("a start waits for company only where the last one had some", async () => {
  const child = Bun.spawn([runtimePython(runtimeDir()), join(import.meta.dir, "arrivals_test.py")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
