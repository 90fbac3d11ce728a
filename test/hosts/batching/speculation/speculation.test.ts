import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("guessing tokens is weighed by what it costs and gives", async () => {
  await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, "speculation_test.py"));
}, 180_000);
