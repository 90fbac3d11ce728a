import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readModelTask } from "../../src/daemon/model-path.ts";
import { createTestLog } from "../helpers/log.ts";
import { createTempDir } from "../helpers/temp.ts";

test("OV_MODEL_PATH that is a raw Hugging Face folder is warned of, with the command that converts it", async () => {
  const folder = createTempDir();
  writeFileSync(join(folder, "config.json"), '{"model_type": "llama"}');
  writeFileSync(join(folder, "model.safetensors"), "");
  const { log, lines } = createTestLog();
  expect(await readModelTask(folder, log)).toBeNull();
  expect(lines).toEqual([
    expect.stringMatching(/^warn {2}OV_MODEL_PATH: .* raw Hugging Face model.*`ov-llm convert /),
  ]);
});

test.each([null, "/nonexistent/model"])("OV_MODEL_PATH %p is not warned of here", async (path) => {
  const { log, lines } = createTestLog();
  expect(await readModelTask(path, log)).toBeNull();
  expect(lines).toEqual([]);
});
