import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { journalFile, writeJournal } from "../../src/convert/transaction/journal.ts";
import { recover } from "../../src/convert/transaction/transaction.ts";
import type { Manifest } from "../../src/models/manifest.ts";
import { createTempDir } from "../helpers/temp.ts";

function createScene() {
  const home = createTempDir();
  const target = join(home, "out/m/task-text-generation-with-past__wf-int8");
  const secret = join(home, ".ssh");
  for (const folder of [target, secret, join(home, "model/m")]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(secret, "id"), "key");
  const manifest: Manifest = {
    name: "m",
    source_path: join(home, "model/m"),
    original_path: join(home, "og/m"),
    converted_path: target,
    task: "text-generation-with-past",
    weight_format: "int8",
    converted_at: "2026-01-01T00:00:00Z",
  };
  const trusted = {
    keyPath: join(home, "state/journal.key"),
    modelSrc: join(home, "model"),
    modelOg: join(home, "og"),
  };
  const registryPath = join(home, "out/registry.json");
  /** With a journal of this installation's, or of another key's. */
  const put = (folder: string, change: Partial<Manifest>, key = trusted.keyPath) => {
    mkdirSync(folder, { recursive: true });
    const changed = { ...manifest, ...change };
    writeFileSync(join(folder, "conversion.json"), JSON.stringify(changed));
    writeJournal(folder, { manifest: changed, overwrite: true }, { ...trusted, keyPath: key });
  };
  const run = () => recover(join(home, "out"), { registryPath, trusted });
  const isUntouched = () => existsSync(join(secret, "id")) && !existsSync(registryPath);
  return { home, target, secret, manifest, trusted, registryPath, put, run, isUntouched };
}

describe("a journal in a converted folder", () => {
  test("of this installation is followed", async () => {
    const { put, run, target, home, registryPath } = createScene();
    put(target, {});
    expect(await run()).toMatchObject({ finished: [{ name: "m" }], doubted: [] });
    expect([existsSync(join(home, "og/m")), existsSync(registryPath)]).toEqual([true, true]);
  });

  test("may be without the key as long as there is no journal", async () => {
    const { run, target } = createScene();
    writeFileSync(join(target, "openvino_model.xml"), "");
    expect(await run()).toEqual({ finished: [], removed: [], doubted: [] });
  });

  test("that another installation wrote is left alone, and so is what it names", async () => {
    const { put, run, target, secret, home, isUntouched } = createScene();
    put(
      target,
      { source_path: secret, original_path: join(home, "model/.ssh") },
      join(home, "elsewhere/key"),
    );
    expect(await run()).toEqual({
      finished: [],
      removed: [],
      doubted: [{ folder: target, why: "this installation did not write it" }],
    });
    expect([isUntouched(), existsSync(join(target, journalFile))]).toEqual([true, true]);
  });

  test("of the form without a seal is left alone", async () => {
    const { run, target, manifest, isUntouched } = createScene();
    writeFileSync(join(target, "conversion.json"), JSON.stringify(manifest));
    for (const text of ['{"overwrite":true}', '{"overwrite":true,"seal":""}', "", "[]"]) {
      writeFileSync(join(target, journalFile), text);
      expect(await run()).toMatchObject({
        finished: [],
        doubted: [{ why: "its form is not known to this version" }],
      });
      expect(isUntouched()).toBeTrue();
    }
  });

  test("hidden beside its place is left alone as well, with all that lies there", async () => {
    const { put, run, target, secret, home, isUntouched } = createScene();
    const hidden = join(dirname(target), `.${target.split("/").at(-1)}`);
    put(`${hidden}.partial`, { source_path: secret }, join(home, "elsewhere/key"));
    mkdirSync(`${hidden}.old`);
    const before = readdirSync(dirname(target)).sort();
    expect(await run()).toMatchObject({
      finished: [],
      removed: [],
      doubted: [{ folder: `${hidden}.partial` }],
    });
    expect([isUntouched(), readdirSync(dirname(target)).sort()]).toEqual([true, before]);
  });

  test.each<[string, (home: string) => Partial<Manifest>]>([
    ["a folder outside of OV_MODEL_SRC", (home) => ({ source_path: join(home, ".ssh") })],
    ["a way out of OV_MODEL_SRC", (home) => ({ source_path: join(home, "model/../.ssh") })],
    ["OV_MODEL_SRC itself", (home) => ({ source_path: join(home, "model") })],
    ["a place outside of OV_MODEL_OG", (home) => ({ original_path: join(home, "og2/m") })],
    ["another folder's conversion", () => ({ converted_path: "/etc" })],
  ])("that names %s is left alone, even with the right seal", async (_, change) => {
    const { put, run, target, home, isUntouched } = createScene();
    put(target, change(home));
    expect(await run()).toMatchObject({ finished: [], doubted: [{ folder: target }] });
    expect(isUntouched()).toBeTrue();
  });

  test("beside another conversion.json is left alone", async () => {
    const { put, run, target, home, manifest, isUntouched } = createScene();
    put(target, {});
    const forged = { ...manifest, source_path: join(home, ".ssh") };
    writeFileSync(join(target, "conversion.json"), JSON.stringify(forged));
    expect((await run()).doubted).toEqual([
      { folder: target, why: "its conversion.json is about another conversion" },
    ]);
    expect(isUntouched()).toBeTrue();
  });

  test("copied with its folder to another name is left alone", async () => {
    const { put, run, target, isUntouched } = createScene();
    put(target, {});
    const moved = target.replace("int8", "int4");
    renameSync(target, moved);
    expect((await run()).doubted).toEqual([{ folder: moved, why: `it is about ${target}` }]);
    expect(isUntouched()).toBeTrue();
  });

  test("is sealed with a key that only its owner reads", () => {
    const { put, target, trusted } = createScene();
    put(target, {});
    expect(readFileSync(trusted.keyPath).length).toBe(32);
    expect(
      Bun.file(trusted.keyPath)
        .stat()
        .then(({ mode }) => mode & 0o777),
    ).resolves.toBe(0o600);
  });
});
