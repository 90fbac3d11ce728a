import { test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("the memory of grammars is measured apart from that of prompts and the cache", async () => {
  await expectPythonTestsToPass(clientPython(), join(import.meta.dir, "held_grammars_test.py"));
}, 180_000);
