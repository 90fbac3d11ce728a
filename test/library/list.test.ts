import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listModel, listModels } from "../../src/library/list.ts";
import { describeModel } from "../../src/models/folder.ts";
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

test("a file that many entries name is read once", async () => {
  const { makeModel } = createModelHome();
  const paths = [makeModel("m"), makeModel("n")];
  const read: string[] = [];
  const describe = async (path: string) => {
    read.push(path);
    return await describeModel(path);
  };
  const entries = ["a", "b", "c", "d"].map(
    (name, at) => [name, { path: paths[at % 2] ?? "", ...exported }] as const,
  );
  const listed = await listModels(entries, describe);
  expect(listed.map(({ name, path, path_state }) => [name, path, path_state])).toEqual(
    entries.map(([name, { path }]) => [name, path, "ok"]),
  );
  expect(read.sort()).toEqual(paths);
});
