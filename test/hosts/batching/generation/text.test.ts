import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("a cancelled request leaves in the next step, whatever is prepared for guessing", async () => {
  await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, "text_test.py"));
}, 180_000);
