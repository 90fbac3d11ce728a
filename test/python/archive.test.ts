import { expect, test } from "bun:test";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { readFromTarGz, readFromZip } from "../../src/python/archive.ts";
import { createTempDir } from "../helpers/temp.ts";

const temp = createTempDir();
const text = "x".repeat(100_000);
mkdirSync(join(temp, "a"));
for (const [name, content] of Object.entries({ uvx: "another", uv: text, empty: "" }))
  writeFileSync(join(temp, "a", name), content);
symlinkSync("uv", join(temp, "a/link"));

async function pack(name: string, ...command: string[]): Promise<Buffer> {
  expect(await Bun.spawn([...command], { cwd: temp }).exited).toBe(0);
  return Buffer.from(await Bun.file(join(temp, name)).arrayBuffer());
}
const zip = await pack("a.zip", "python3", "-m", "zipfile", "-c", "a.zip", "a");
const tar = await pack("a.tar.gz", "tar", "-czf", "a.tar.gz", "a");

test("a file of a .zip and of a .tar.gz comes out whole", async () => {
  expect(readFromZip(zip, (name) => name === "a/uv")?.toString()).toBe(text);
  expect((await readFromTarGz(tar, "*/uv"))?.toString()).toBe(text);
});

test("one that is not there, or is no plain file, is null", async () => {
  expect(readFromZip(zip, (name) => name === "b")).toBeNull();
  expect([await readFromTarGz(tar, "*/b"), await readFromTarGz(tar, "*/link")]).toEqual([null, null]);
});

test("what is no archive, or is cut off or damaged, is an error and nothing else", async () => {
  const unpacked = gunzipSync(tar);
  // A size below zero.
  const damaged = gzipSync(Buffer.concat([unpacked.subarray(0, 636), Buffer.from("-0000001000"), unpacked]));
  const whole = [Buffer.alloc(0), Buffer.from("<html>"), Buffer.alloc(2000), damaged];
  for (const bytes of [...whole, tar.subarray(0, 200)])
    await expect(readFromTarGz(bytes, "*/uv")).rejects.toBeInstanceOf(Error);
  for (const bytes of [...whole, zip.subarray(0, 200)])
    expect(() => readFromZip(bytes, (name) => name === "a/uv")).toThrow();
});
