import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listModel } from "../../src/library/list.ts";
import { unservedFiles } from "../helpers/ir.ts";
import { createModelHome, exported } from "../helpers/model-home.ts";

test("a model that can be served, with the size of all its files, links to files included", async () => {
  const { home, makeModel } = createModelHome();
  const path = makeModel("m");
  mkdirSync(join(path, "inner"));
  writeFileSync(join(path, "inner/part"), "x".repeat(1024));
  writeFileSync(join(home, "blob"), "x".repeat(512));
  symlinkSync(join(home, "blob"), join(path, "linked"));
  symlinkSync(path, join(path, "inner/circle"));
  expect(await listModel("m", { path, ...exported, aliases: ["a"] })).toEqual({
    name: "m",
    ...exported,
    aliases: ["a"],
    defaults: {},
    presets: {},
    path,
    size_bytes: 4 + 1024 + 512,
    path_state: "ok",
    path_problem: null,
  });
});

test("one whose task is not served is listed with its task", async () => {
  const { makeModel } = createModelHome();
  const path = makeModel("m", unservedFiles);
  expect(await listModel("m", { path, task: "fill-mask", weight_format: "fp32" })).toMatchObject({
    task: "fill-mask",
    path_state: "its task is not served",
    path_problem: expect.stringContaining('the task "fill-mask" (words for gaps) is not served yet'),
  });
});

test("one that is gone", async () => {
  expect(await listModel("m", { path: "/nowhere", ...exported })).toMatchObject({
    size_bytes: null,
    path_state: "it does not exist",
    path_problem: expect.stringMatching(/^Cannot use the model at "\/nowhere": it does not exist\./),
  });
});
