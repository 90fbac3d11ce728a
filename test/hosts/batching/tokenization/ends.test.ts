import { test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("an answer ends at the tokens that the files name and at the tokenizer's own", async () => {
  await expectPythonTestsToPass(clientPython(), join(import.meta.dir, "ends_test.py"));
}, 180_000);
