import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("the pipeline that guesses is opened and timed while nothing runs", async () => {
  await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, "guesser_test.py"));
}, 180_000);
