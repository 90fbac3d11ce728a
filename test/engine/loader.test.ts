import { expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createLoader } from "../../src/engine/loader.ts";
import { toTarget } from "../../src/engine/model/target.ts";
import { createLog } from "../../src/log.ts";
import { unservedFiles } from "../helpers/ir.ts";
import { createTempDir } from "../helpers/temp.ts";

const path = join(createTempDir(), "mask");
mkdirSync(path);
for (const name of ["openvino_model.bin", "openvino_tokenizer.xml"]) writeFileSync(join(path, name), "x");
for (const [name, text] of Object.entries(unservedFiles)) writeFileSync(join(path, name), text);

const load = createLoader({
  engines: {
    choose() {
      throw new Error("an engine was started");
    },
  },
  kvCacheGb: 1,
  maxConcurrent: 1,
  modelCacheDir: "/none",
  ggufCache: 0,
  loadSeconds: 1,
  stallSeconds: 1,
  log: createLog({ level: "error", timestamps: false, write: () => {} }),
});

/** The error that ends the load of an export whose entry states the task. */
function failure(task: string): Promise<unknown> {
  const target = toTarget("m", { path, task }, { device: "CPU", engine: "auto" });
  return load(target, new AbortController().signal).catch((error: unknown) => error);
}

test("a folder of another task than its entry states starts no engine, and both are named", async () => {
  expect(await failure("text-generation-with-past")).toMatchObject({
    code: "model_path_invalid",
    message: expect.stringMatching(
      /^Cannot use model "m" for "text-generation-with-past": its files are of a model for "fill-mask"\./,
    ),
  });
});

test.each(["fill-mask", "unknown"])("a task that is not served starts none either: %s", async (task) => {
  expect(await failure(task)).toMatchObject({
    code: "task_unsupported",
    status: 400,
    message: expect.stringContaining('the task "fill-mask" (words for gaps) is not served yet'),
  });
});
