import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test.each([
  [
    "sound is decoded from every form, refused where it is none, and heard in windows that lose nothing",
    "sound",
  ],
  ["recordings wait, are heard, left and fail beside the thread that reads commands", "transcribe"],
])(
  "%s",
  async (_what, name) => {
    await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, `${name}_test.py`));
  },
  180_000,
);
