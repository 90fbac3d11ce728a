import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("control tokens are found, and cut only where the tokenizer allows it", async () => {
  await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, "control_test.py"));
}, 180_000);
