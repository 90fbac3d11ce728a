import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { createRequestFiles } from "../../src/daemon/files.ts";
import { OvError } from "../../src/errors.ts";
import { createImageStore, type NamedImage } from "../../src/media/images.ts";

const data: NamedImage = { url: "data:;base64,aGVsbG8=", at: "a" };
const remote: NamedImage = { url: "http://pics.example.com/1", at: "b" };

function createStore(fetched: () => AsyncGenerator<Uint8Array>) {
  const files = createRequestFiles();
  const inUse = new Set<string>();
  const keepFile: typeof files.keep = async (bytes) => {
    const file = await files.keep(bytes);
    inUse.add(dirname(file.path));
    return file;
  };
  const left = () => [...inUse].flatMap((folder) => readdirSync(folder));
  return { left, open: createImageStore({ keepFile, fetch: fetched }) };
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("wor");
  yield Buffer.from("ld");
}

describe("the images of a request", () => {
  test("become private files in their order, until they are released", async () => {
    const { left, open } = createStore(bytes);
    const { files, release } = await open([data, remote], AbortSignal.timeout(120_000));
    expect(files.map(({ at }) => at)).toEqual(["a", "b"]);
    expect(files.map(({ path }) => readFileSync(path, "utf8"))).toEqual(["hello", "world"]);
    expect(files.map(({ path }) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    await release();
    expect(left()).toEqual([]);
  });

  test("leave no files behind where one fails", async () => {
    const { left, open } = createStore(async function* () {
      yield Buffer.from("w");
      throw new OvError("invalid_request", "Gone.");
    });
    await expect(open([data, remote], AbortSignal.timeout(120_000))).rejects.toThrow("Gone.");
    expect(left()).toEqual([]);
  });

  test("leave no files behind where the client leaves", async () => {
    const gone = new AbortController();
    const { left, open } = createStore(async function* () {
      gone.abort(new Error("left"));
      yield Buffer.from("w");
    });
    await expect(open([data, remote], gone.signal)).rejects.toThrow("left");
    expect(left()).toEqual([]);
  });

  test("are bounded in number", async () => {
    const { left, open } = createStore(bytes);
    const many = Array.from({ length: 65 }, (_, index) => ({ ...data, at: `i${index}` }));
    await expect(open(many, AbortSignal.timeout(120_000))).rejects.toMatchObject({
      code: "invalid_request",
      param: "i64",
    });
    expect(left()).toEqual([]);
  });
});
