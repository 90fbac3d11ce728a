import { describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setEntry } from "../../src/library/edit.ts";
import { planModelRemoval, removeWithFiles } from "../../src/library/remove.ts";
import { createModelHome, exported, type ModelHome } from "../helpers/model-home.ts";

/** A registered converted model, with one more beside it. */
function createHome(): ModelHome & { path: string } {
  const home = createModelHome();
  const path = home.makeConverted("gone");
  home.write({ gone: { path, ...exported }, stays: { path: home.makeConverted("stays"), ...exported } });
  return { ...home, path };
}

async function remove({ home, registryPath, root }: ModelHome, name: string): Promise<void> {
  await removeWithFiles(registryPath, planModelRemoval({ registryPath, modelOut: root, home }, name));
}

/** That nothing happened: the entry and every file are there. */
function expectWhole({ read, path }: ModelHome & { path: string }): void {
  expect(Object.keys(read())).toEqual(["gone", "stays"]);
  expect(readdirSync(path)).toHaveLength(5);
}

test("files and entry are removed together", async () => {
  const home = createHome();
  await remove(home, "gone");
  expect([existsSync(home.path), Object.keys(home.read())]).toEqual([false, ["stays"]]);
});

test.each(["nowhere", "nowhere/m", "file/m"])(
  "the entry of %s, where there is nothing, is removed",
  async (path) => {
    const home = createHome();
    writeFileSync(join(home.root, "file"), "");
    await setEntry(home.registryPath, "gone", [`path=${join(home.root, path)}`], { force: false });
    await remove(home, "gone");
    expect(Object.keys(home.read())).toEqual(["stays"]);
  },
);

test("an entry that changed after the question keeps its files", async () => {
  const home = createHome();
  const plan = planModelRemoval(
    { registryPath: home.registryPath, modelOut: home.root, home: home.home },
    "gone",
  );
  await setEntry(home.registryPath, "gone", ["path=/elsewhere"], { force: false });
  await expect(removeWithFiles(home.registryPath, plan)).rejects.toThrow(
    'Model "gone" has another path now. Nothing was changed; try again.',
  );
  expectWhole(home);
});

describe("what is never deleted", () => {
  const refuse = async (home: ModelHome, path: string, sentence: string) => {
    home.write({ bad: { path, ...exported }, other: { path: join(home.root, "other"), ...exported } });
    const what = `Cannot delete "${path.replace(/\/$/, "")}"`;
    const next = "Nothing was changed; without --files only the entry is removed.";
    await expect(remove(home, "bad")).rejects.toMatchObject({
      code: "invalid_request",
      message: `${what}: it ${sentence}. ${next}`,
    });
    expect(Object.keys(home.read())).toEqual(["bad", "other"]);
  };

  test("a link, with and without a slash, and what lies behind a linked folder", async () => {
    const home = createModelHome();
    const precious = home.makeModel("precious/m");
    symlinkSync(precious, join(home.root, "link"));
    symlinkSync(dirname(precious), join(home.root, "folder"));
    symlinkSync(dirname(precious), join(home.home, "outside"));
    const sentence = `leads through a symlink to "${precious}"`;
    await refuse(home, join(home.root, "link"), sentence);
    await refuse(home, `${join(home.root, "link")}/`, sentence);
    await refuse(home, join(home.root, "folder/m"), sentence);
    await refuse(home, join(home.home, "outside/m"), sentence);
    expect(readdirSync(precious)).toHaveLength(4);
  });

  test("a link that leads nowhere, or to itself", async () => {
    const home = createModelHome();
    for (const name of ["gone", "itself.gguf"]) {
      symlinkSync(name === "gone" ? "nowhere" : name, join(home.root, name));
      await refuse(home, join(home.root, name), "is a link that leads nowhere");
    }
  });

  test("the home folder, the folder of models, and what holds the registry", async () => {
    const home = createModelHome();
    home.makeModel(".");
    home.makeModel("models");
    home.makeModel("models/converted_models");
    await refuse(home, home.home, `holds "${home.root}"`);
    await refuse(home, join(home.home, "models"), `holds "${home.root}"`);
    await refuse(home, home.root, `holds "${home.root}"`);
  });

  test("a folder without a model, and a file that is none", async () => {
    const home = createModelHome();
    const documents = join(home.root, "documents");
    mkdirSync(documents);
    writeFileSync(join(documents, "thesis.txt"), "");
    await refuse(home, documents, "contains no model files");
    await refuse(home, join(documents, "thesis.txt"), "contains no model files");
    expect(existsSync(join(documents, "thesis.txt"))).toBe(true);
  });

  test("files that another model uses", async () => {
    const home = createModelHome();
    const path = home.makeModel("models/converted_models/other");
    await refuse(home, path, `is also used by model "other"`);
    const holder = join(home.root, "holder");
    mkdirSync(holder);
    renameSync(path, join(holder, "other"));
    writeFileSync(join(holder, "conversion.json"), "");
    symlinkSync(join(holder, "other"), join(home.root, "other"));
    await refuse(home, holder, `is also used by model "other"`);
    expect(existsSync(join(holder, "other/openvino_model.xml"))).toBe(true);
  });

  test.skipIf(process.getuid?.() === 0)("what it may not move (skipped as root, who may)", async () => {
    const home = createHome();
    chmodSync(dirname(home.path), 0o555);
    const removed = remove(home, "gone");
    await expect(removed).rejects.toThrow(/it cannot be moved \(EACCES.*Nothing was changed/);
    chmodSync(dirname(home.path), 0o755);
    expectWhole(home);
  });

  test("files whose entry cannot be taken out of the registry", async () => {
    const home = createHome();
    // The registry's own temporary file cannot be made where a folder stands.
    mkdirSync(`${home.registryPath}.tmp`);
    await expect(remove(home, "gone")).rejects.toThrow();
    expectWhole(home);
  });
});

test("a model folder in a linked home of models is inside it", async () => {
  const all = createModelHome();
  const { home, makeConverted, root, write } = all;
  makeConverted("m");
  renameSync(join(home, "models"), join(home, "big-disk"));
  symlinkSync(join(home, "big-disk"), join(home, "models"));
  const path = join(root, "m", readdirSync(join(root, "m"))[0] ?? "");
  write({ m: { path, ...exported } });
  await remove(all, "m");
  expect(existsSync(path)).toBe(false);
});
