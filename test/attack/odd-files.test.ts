import { describe, expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readKeys } from "../../src/config/keys.ts";
import { loadSettings } from "../../src/config/load.ts";
import { readModels } from "../../src/library/edit.ts";
import { withFileLock } from "../../src/linux/file-lock.ts";
import { describeModel } from "../../src/models/folder.ts";
import { readHfFolder } from "../../src/models/hf-folder.ts";
import { readManifest } from "../../src/models/manifest.ts";
import { findManifests } from "../../src/models/manifests.ts";
import { readSafetensors } from "../../src/models/safetensors.ts";
import { readSnapshot } from "../../src/registry/registry.ts";
import { updateRegistry } from "../../src/registry/store.ts";
import { thrownBy } from "../helpers/failure.ts";
import { modelFiles } from "../helpers/model-home.ts";
import { createTempDir } from "../helpers/temp.ts";

/** A FIFO that nobody writes to: to open it, or to read it, takes for ever. */
function makeFifo(...path: string[]): string {
  const fifo = join(...path);
  mkdirSync(dirname(fifo), { recursive: true });
  expect(Bun.spawnSync(["mkfifo", fifo]).exitCode).toBe(0);
  return fifo;
}

function makeModel(without: string): string {
  const folder = createTempDir();
  for (const name of modelFiles.filter((name) => name !== without))
    writeFileSync(join(folder, name), "<net/>");
  return folder;
}

describe("a FIFO in the place of a file is not waited for", () => {
  test("the registry", async () => {
    const path = makeFifo(createTempDir(), "registry.json");
    expect(readSnapshot(path)).toMatchObject({
      state: "degraded",
      reason: expect.stringContaining("not a regular file"),
    });
    const unreadable = {
      code: "registry_invalid",
      message: expect.stringMatching(/cannot be read \(.* not a regular file\)\. Correct its path/),
    };
    expect(thrownBy(() => readModels(path))).toMatchObject(unreadable);
    await expect(updateRegistry(path, () => {})).rejects.toMatchObject(unreadable);
  });

  test("a lock", async () => {
    const path = makeFifo(createTempDir(), "lock");
    const locked = () => new Error("locked");
    await expect(withFileLock(path, () => {}, { waitMs: 0, locked })).rejects.toThrow();
  });

  test("the settings file and the keys", () => {
    const home = createTempDir();
    const settingsFile = makeFifo(home, "ov-server.env");
    expect(() => loadSettings({ home, env: {}, settingsFile })).toThrow("not a regular file");
    expect(() => readKeys({ apiKey: null, apiKeyFile: settingsFile })).toThrow("not a regular file");
  });

  test("conversion.json", () => {
    const folder = createTempDir();
    makeFifo(folder, "conversion.json");
    expect(readManifest(folder)).toBeNull();
    expect(findManifests(folder)).toMatchObject([{ why: expect.stringContaining("not a regular file") }]);
  });

  test.each([...modelFiles, "config.json", "generation_config.json", "openvino_extra.bin"])(
    "%s of a model",
    async (name) => {
      const folder = makeModel(name);
      makeFifo(folder, name);
      await expect(describeModel(folder)).rejects.toThrow("neither a file nor a folder");
    },
  );

  test("a .gguf file, and the model's path", async () => {
    const path = makeFifo(createTempDir(), "m.gguf");
    await expect(describeModel(path)).rejects.toThrow("it is neither a folder nor a file");
    await expect(describeModel("/dev/null")).rejects.toThrow("it is neither a folder nor a file");
  });

  test.each(["config.json", "model.safetensors", "tokenizer.json", "model.safetensors.index.json"])(
    "%s of a model to convert",
    (name) => {
      const folder = createTempDir();
      makeFifo(folder, name);
      expect(readHfFolder(folder, [name, "config.json"])).toEqual({
        problem: `${name} in it is neither a file nor a folder`,
      });
      expect(readSafetensors(join(folder, name))).toBeNull();
    },
  );
});

describe("a link to nowhere in the place of the registry", () => {
  function makeLink(): string {
    const path = join(createTempDir(), "registry.json");
    symlinkSync("/mnt/away/registry.json", path);
    return path;
  }

  test("is degraded, not empty", () => {
    expect(readSnapshot(makeLink())).toMatchObject({
      state: "degraded",
      reason: expect.stringContaining("it is a link to a file that does not exist"),
    });
  });

  test("is not written over", async () => {
    await expect(updateRegistry(makeLink(), () => {})).rejects.toMatchObject({ code: "registry_invalid" });
    expect(() => readModels(makeLink())).toThrow();
  });
});

describe("a safetensors header that no file can have", () => {
  test.each([
    ["a shape of 1e308", { shape: [1e308, 1e308], data_offsets: [0, 4] }],
    ["an end of 1e308", { shape: [1], data_offsets: [0, 1e308] }],
    ["half a number", { shape: [0.5], data_offsets: [0, 4] }],
    ["words", { shape: ["a"], data_offsets: [0, 4] }],
    ["nothing", null],
  ])("%s is damaged", (_, tensor) => {
    const header = Buffer.from(JSON.stringify({ a: tensor }));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    const path = join(createTempDir(), "a.safetensors");
    writeFileSync(path, Buffer.concat([length, header, Buffer.alloc(4)]));
    expect(readSafetensors(path)).toBeNull();
  });
});
