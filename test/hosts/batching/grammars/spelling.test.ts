import { test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("a vocabulary that spells spaces and bytes in its own way is rewritten as text", async () => {
  await expectPythonTestsToPass(clientPython(), join(import.meta.dir, "spelling_test.py"));
}, 180_000);
