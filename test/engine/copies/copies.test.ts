import { describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { listCopies, prepareCopy, removeCopies } from "../../../src/engine/copies/copies.ts";
import { createTempDir } from "../../helpers/temp.ts";

const megabyte = 2 ** 20;

/** A home whose .gguf files and copies are only as large as the real ones. */
function createHome() {
  const home = createTempDir();
  const options = { modelCacheDir: join(home, "cache"), ggufCache: 2 ** 40 };
  const write = (name: string, bytes: number) => {
    const path = join(home, name);
    writeFileSync(path, "");
    truncateSync(path, bytes);
    return path;
  };
  /** As the host makes it. */
  async function copy(path: string, bytes: number, usedAt: number): Promise<string> {
    const wanted = await prepareCopy(options, path);
    if (wanted === null) throw new Error("no copy is wanted");
    mkdirSync(wanted.folder, { recursive: true });
    writeFileSync(join(wanted.folder, "source.json"), JSON.stringify({ path, stamp: wanted.stamp }));
    writeFileSync(join(wanted.folder, "openvino_model.bin"), "");
    truncateSync(join(wanted.folder, "openvino_model.bin"), bytes);
    utimesSync(wanted.folder, usedAt, usedAt);
    return wanted.folder;
  }
  return { options, write, copy };
}

describe("the copy of a .gguf file", () => {
  test("has one folder for as long as the file stays the same, and another one after", async () => {
    const { options, write, copy } = createHome();
    const path = write("a.gguf", 10 * megabyte);
    const folder = await copy(path, 10 * megabyte, 1);
    expect((await prepareCopy(options, path))?.folder).toBe(folder);
    write("a.gguf", 11 * megabyte);
    const next = await prepareCopy(options, path);
    expect(next?.folder).not.toBe(folder);
    expect(existsSync(folder)).toBe(false);
  });

  test("is not asked for where none are wanted, or where it would be larger than all may be", async () => {
    const { options, write, copy } = createHome();
    const small = await copy(write("a.gguf", megabyte), megabyte, 1);
    const path = write("b.gguf", 100 * megabyte);
    expect(await prepareCopy({ ...options, ggufCache: 0 }, path)).toBeNull();
    expect(await prepareCopy({ ...options, ggufCache: 100 * megabyte }, path)).toBeNull();
    expect(existsSync(small)).toBe(true);
  });

  test("is not asked for where the disk has no room for it", async () => {
    const { options, write } = createHome();
    mkdirSync(options.modelCacheDir);
    expect(await prepareCopy({ ...options, ggufCache: 2 ** 50 }, write("a.gguf", 2 ** 43))).toBeNull();
  });

  test("takes the place of those that were not used for longest", async () => {
    const { options, write, copy } = createHome();
    const paths = ["a", "b", "c"].map((name) => write(`${name}.gguf`, 100 * megabyte));
    const folders: string[] = [];
    for (const [at, path] of paths.entries()) {
      folders.push(await copy(path, 100 * megabyte, [20, 10, 30][at] ?? 0));
    }
    const next = write("d.gguf", 100 * megabyte);
    expect(await prepareCopy({ ...options, ggufCache: 350 * megabyte }, next)).not.toBeNull();
    expect(folders.map((folder) => existsSync(folder))).toEqual([true, false, true]);
    const [first = ""] = paths;
    expect((await prepareCopy({ ...options, ggufCache: 101 * megabyte }, first))?.folder).toBe(
      folders[0] ?? "",
    );
    expect((await listCopies(options)).map(({ source }) => source)).toEqual([first]);
  });

  test("is removed by its file's path; what a killed host left is removed with the next load", async () => {
    const { options, write, copy } = createHome();
    const [path, other] = [write("a.gguf", megabyte), write("b.gguf", megabyte)];
    const folder = await copy(path, megabyte, 1);
    const kept = await copy(other, megabyte, 1);
    const [dead, alive] = [2 ** 30, process.pid].map(
      (pid) => `${options.modelCacheDir}/gguf/.x-${pid}.partial`,
    );
    for (const partial of [dead, alive]) mkdirSync(partial ?? "");
    await removeCopies(options, path);
    expect([existsSync(folder), existsSync(kept)]).toEqual([false, true]);
    await prepareCopy(options, other);
    const left = readdirSync(join(options.modelCacheDir, "gguf")).filter((name) => name.startsWith("."));
    expect(left).toEqual([`.x-${process.pid}.partial`]);
  });
});
