import { test } from "bun:test";
import { join } from "node:path";
import { runtimePython } from "../../../../src/engine/kinds/batching/probe.ts";
import { runtimeDir } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("the tokens of a query are told from those of its document, also where both were cut", async () => {
  await expectPythonTestsToPass(runtimePython(runtimeDir()), join(import.meta.dir, "rank_test.py"));
}, 180_000);
