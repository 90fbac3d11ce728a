import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModelTask } from "../../src/daemon/model-path.ts";
import { createFilesCheck } from "../../src/models/files-check.ts";
import { makeModel } from "../convert/fake-models.ts";
import { createTestLog } from "../helpers/log.ts";
import { createTempDir } from "../helpers/temp.ts";

const findFilesProblem = createFilesCheck();

test("OV_MODEL_PATH that only reading shows to be no model is warned of", async () => {
  const path = join(createTempDir(), "m.gguf");
  writeFileSync(path, "no model");
  const { log, lines } = createTestLog();
  expect(await readModelTask(path, { findFilesProblem, log })).toBeNull();
  expect(lines).toEqual([expect.stringMatching(/^warn {2}OV_MODEL_PATH: Cannot use the model at /)]);
});

test.each([null, "/nonexistent/model", makeModel(join(createTempDir(), "raw"))])(
  "OV_MODEL_PATH %p is not warned of here",
  async (path) => {
    const { log, lines } = createTestLog();
    expect(await readModelTask(path, { findFilesProblem, log })).toBeNull();
    expect(lines).toEqual([]);
  },
);
