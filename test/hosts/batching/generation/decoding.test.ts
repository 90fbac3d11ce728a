import { test } from "bun:test";
import { join } from "node:path";
import { clientPython } from "../../../helpers/environment.ts";
import { expectPythonTestsToPass } from "../../../helpers/python-tests.ts";

test("decoding piece by piece gives the text of all tokens at once, for every way tokenizers decode", async () => {
  await expectPythonTestsToPass(clientPython(), join(import.meta.dir, "decoding_test.py"));
}, 180_000);
