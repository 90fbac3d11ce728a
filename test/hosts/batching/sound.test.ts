import { expect, test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../helpers/environment.ts";

test("sound is decoded from every form, refused where it is none, and heard in windows that lose nothing", async () => {
  const child = Bun.spawn([runtimePython(runtimeDir()), join(import.meta.dir, "sound_test.py")], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
  expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
}, 30_000);
