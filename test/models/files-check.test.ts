import { expect, test } from "bun:test";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createFilesCheck } from "../../src/models/files-check.ts";
import { makeModel, makeOpenVino } from "../convert/fake-models.ts";
import { createTempDir } from "../helpers/temp.ts";

const task = "text-generation-with-past";
const find = createFilesCheck();

test("a raw Hugging Face folder has a problem until it holds an OpenVINO model", () => {
  const path = makeModel(join(createTempDir(), "raw"));
  expect(find(path, task)).toEqual({
    why: "it is a raw Hugging Face model, not an OpenVINO one",
    next: `Convert it: \`ov-llm convert ${JSON.stringify(path)}\`.`,
  });
  makeOpenVino(path);
  expect(find(path, task)).toBeNull();
});

test("a whole model has none, until a part of it is gone", () => {
  const path = makeOpenVino(join(createTempDir(), "whole"));
  expect([find(path, task), find(path, task)]).toEqual([null, null]);
  rmSync(join(path, "openvino_detokenizer.xml"));
  expect(find(path, task)?.why).toBe("it has no openvino_detokenizer.xml");
  expect(find(path, "feature-extraction")).toBeNull();
  expect(find(path, "a-task-of-tomorrow")).toBeNull();
  rmSync(join(path, "openvino_model.bin"));
  expect(find(path, task)?.why).toBe("it is an incomplete export without openvino_model.bin");
});

test("what is written into an empty file ends its problem, although its folder looks the same", () => {
  const path = makeOpenVino(join(createTempDir(), "empty"));
  writeFileSync(join(path, "openvino_model.bin"), "");
  expect(find(path, task)?.why).toContain("an empty openvino_model.bin");
  writeFileSync(join(path, "openvino_model.bin"), "x");
  expect(find(path, task)).toBeNull();
});

test("a link that leads nowhere, to itself or below a file does no harm", () => {
  const path = makeOpenVino(join(createTempDir(), "linked"));
  symlinkSync("gone", join(path, "a"));
  symlinkSync("b", join(path, "b"));
  symlinkSync("openvino_model.xml/x", join(path, "c"));
  expect(find(path, task)).toBeNull();
  rmSync(join(path, "openvino_model.bin"));
  symlinkSync("openvino_model.bin", join(path, "openvino_model.bin"));
  expect(find(path, task)?.why).toBe("it is an incomplete export without openvino_model.bin");
});

test("the parts of a pipeline lie in folders of their own", () => {
  const path = join(createTempDir(), "parts");
  mkdirSync(path);
  writeFileSync(join(path, "model_index.json"), "{}");
  expect(find(path, "text-to-image")).toBeNull();
});

test("a file and a path with nothing are left to whoever reads them", () => {
  const path = join(createTempDir(), "m.gguf");
  expect(find(path, task)).toBeNull();
  writeFileSync(path, "x");
  expect(find(path, task)).toBeNull();
  expect(find("/dev/null", task)?.why).toBe("it is neither a folder nor a file");
});

test.skipIf(process.getuid?.() === 0)(
  "what this user cannot read is named, and what became readable is not",
  () => {
    const path = makeOpenVino(join(createTempDir(), "closed"));
    expect(existsSync(path)).toBe(true);
    chmodSync(path, 0o000);
    expect(find(path, task)?.why).toBe("this user cannot read it");
    chmodSync(path, 0o700);
    expect(find(path, task)).toBeNull();
  },
);
