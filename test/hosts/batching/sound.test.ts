import { expect, test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../helpers/environment.ts";

test.each([
  [
    "sound is decoded from every form, refused where it is none, and heard in windows that lose nothing",
    "sound",
  ],
  ["recordings wait, are heard, left and fail beside the thread that reads commands", "speech"],
])(
  "%s",
  async (_what, name) => {
    const child = Bun.spawn([runtimePython(runtimeDir()), join(import.meta.dir, `${name}_test.py`)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [report, code] = await Promise.all([child.stderr.text(), child.exited]);
    expect([code, report]).toEqual([0, expect.stringMatching(/Ran [1-9]\d* tests.*OK/s)]);
  },
  30_000,
);
