import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../helpers/python-tests.ts";

test("a start waits for company only where the last one had some", async () => {
  await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, "arrivals_test.py"));
}, 180_000);
