import { expect, test } from "bun:test";
import { chmodSync, existsSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { backfill } from "../../src/library/backfill.ts";
import { unservedFiles } from "../helpers/ir.ts";
import { createModelHome, exported } from "../helpers/model-home.ts";

const run = ({ registryPath, root }: ReturnType<typeof createModelHome>, modelOut = root) =>
  backfill({ registryPath, modelOut, dryRun: false });

test("a folder that was moved is registered where it is", async () => {
  const home = createModelHome();
  renameSync(dirname(home.makeConverted("a")), join(home.root, "moved"));
  await run(home);
  expect(home.read().a?.path).toStartWith(join(home.root, "moved"));
});

test("a model whose task is not served is skipped, whatever its conversion.json states", async () => {
  const home = createModelHome();
  home.makeConverted("a", { task: "fill-mask" });
  home.makeConverted("b", {}, unservedFiles);
  const path = home.makeConverted("c");
  const problem = {
    code: "task_unsupported",
    message: expect.stringMatching(/^Cannot add ".*": the task "fill-mask/),
  };
  expect(await run(home)).toEqual([
    { state: "skipped", problem: expect.objectContaining(problem) },
    { state: "skipped", problem: expect.objectContaining(problem) },
    { state: "added", name: "c", stated: "c", path },
  ]);
  expect(home.read()).toEqual({ c: { path, ...exported } });
});

test("hidden folders, links and deep ones are left alone", async () => {
  const home = createModelHome();
  home.makeConverted(".work-of-a-converter");
  const away = home.makeModel("away", { "conversion.json": "{}" });
  symlinkSync(away, join(home.root, "link"));
  symlinkSync(home.root, join(home.root, "circle"));
  home.makeModel("models/converted_models/1/2/3/4/5", { "conversion.json": "{}" });
  expect([await run(home), existsSync(home.registryPath)]).toEqual([[], false]);
});

test("a folder that does not exist or cannot be read is no crash", async () => {
  const home = createModelHome();
  expect(await run(home, join(home.root, "none"))).toEqual([]);
  const shut = dirname(home.makeConverted("shut"));
  chmodSync(shut, 0);
  expect(await run(home)).toHaveLength(process.getuid?.() === 0 ? 1 : 0);
  chmodSync(shut, 0o755);
});

test("a hundred folders are no trouble", async () => {
  const [other, home] = [createModelHome(), createModelHome()];
  for (let index = 0; index < 100; index += 1) other.makeConverted(`m${index}`);
  expect(await run(home, other.root)).toHaveLength(100);
  expect(Object.keys(home.read())).toHaveLength(100);
});

test("a conversion.json with more keys than ov-llm knows is one", async () => {
  const home = createModelHome();
  const path = home.makeConverted("a", { future: { deep: true } });
  await run(home);
  expect(home.read()).toEqual({ a: { path, ...exported } });
});
