import { describe, expect, test } from "bun:test";
import { mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createStampReader, oncePerTurn } from "../../src/models/stamp.ts";
import { createTempDir } from "../helpers/temp.ts";

function createFolder() {
  const path = join(createTempDir(), "model");
  mkdirSync(path);
  const write = (name: string, text = "x") => writeFileSync(join(path, name), text);
  for (const name of ["openvino_model.xml", "openvino_model.bin", "config.json"]) write(name);
  return { path, write, at: (name: string) => join(path, name) };
}

const changes: [string, (folder: ReturnType<typeof createFolder>) => void][] = [
  ["weights of another size", ({ write }) => write("openvino_model.bin", "xy")],
  ["weights that were touched", ({ at }) => utimesSync(at("openvino_model.bin"), 1, 1)],
  [
    "weights of the same size and time, moved there",
    ({ at, write }) => {
      write("new");
      for (const name of ["openvino_model.bin", "new"]) utimesSync(at(name), 1, 1);
      renameSync(at("new"), at("openvino_model.bin"));
    },
  ],
  ["another template", ({ write }) => write("config.json", "{}")],
  ["a file more", ({ write }) => write("generation_config.json")],
  ["a file less", ({ at }) => rmSync(at("config.json"))],
  ["a folder that is gone", ({ path }) => rmSync(path, { recursive: true })],
];

describe("the stamp of a model's files", () => {
  test.each(changes)("differs for %s", (_, change) => {
    const folder = createFolder();
    const read = createStampReader();
    const before = read(folder.path);
    change(folder);
    expect(read(folder.path)).not.toBe(before);
  });

  test("stays for what no engine reads, and for our own notes", () => {
    const { path, write } = createFolder();
    const read = createStampReader();
    const before = read(path);
    for (const name of ["README.md", "conversion.json", ".task.partial"]) write(name);
    expect(read(path)).toBe(before);
    expect(createStampReader()(path)).toBe(before);
  });

  test("follows links to the files", () => {
    const { path, at } = createFolder();
    const blobs = createTempDir();
    const link = (name: string) => {
      rmSync(at("openvino_model.bin"));
      writeFileSync(join(blobs, name), "x");
      symlinkSync(join(blobs, name), at("openvino_model.bin"));
    };
    link("one");
    const read = createStampReader();
    const before = read(path);
    writeFileSync(join(blobs, "one"), "other");
    expect(read(path)).not.toBe(before);
  });

  test("is of every part of a split .gguf", () => {
    const folder = createTempDir();
    const parts = [1, 2].map((at) => join(folder, `m-0000${at}-of-00002.gguf`));
    for (const part of parts) writeFileSync(part, "x");
    const read = createStampReader();
    const [first = "", second = ""] = parts;
    const before = read(first);
    writeFileSync(second, "other");
    expect(read(first)).not.toBe(before);
  });
});

test("requests of one turn of the event loop share what was read, those of the next see what has changed", async () => {
  let reads = 0;
  const read = oncePerTurn((path) => `${path} ${++reads}`);
  expect([read("a"), read("a"), read("b")]).toEqual(["a 1", "a 1", "b 2"]);
  await new Promise(setImmediate);
  expect([read("a"), read("b")]).toEqual(["a 3", "b 4"]);
});
