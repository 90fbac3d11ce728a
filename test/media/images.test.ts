import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { OvError } from "../../src/errors.ts";
import { createImageStore, type NamedImage } from "../../src/media/images.ts";
import { createTempDir } from "../helpers/temp.ts";

const data: NamedImage = { url: "data:;base64,aGVsbG8=", at: "a" };
const remote: NamedImage = { url: "http://pics.example.com/1", at: "b" };

function createStore(fetched: () => AsyncGenerator<Uint8Array>) {
  const folder = createTempDir();
  let ids = 0;
  return { folder, open: createImageStore({ folder, newId: () => `id${ids++}`, fetch: fetched }) };
}

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("wor");
  yield Buffer.from("ld");
}

describe("the images of a request", () => {
  test("become private files in their order, until they are released", async () => {
    const { folder, open } = createStore(bytes);
    const { files, release } = await open([data, remote], AbortSignal.timeout(5000));
    expect(files.map(({ at }) => at)).toEqual(["a", "b"]);
    expect(files.map(({ path }) => readFileSync(path, "utf8"))).toEqual(["hello", "world"]);
    expect(files.map(({ path }) => statSync(path).mode & 0o777)).toEqual([0o600, 0o600]);
    await release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leave no files behind where one fails", async () => {
    const { folder, open } = createStore(async function* () {
      yield Buffer.from("w");
      throw new OvError("invalid_request", "Gone.");
    });
    await expect(open([data, remote], AbortSignal.timeout(5000))).rejects.toThrow("Gone.");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("leave no files behind where the client leaves", async () => {
    const left = new AbortController();
    const { folder, open } = createStore(async function* () {
      left.abort(new Error("left"));
      yield Buffer.from("w");
    });
    await expect(open([data, remote], left.signal)).rejects.toThrow("left");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("are bounded in number", async () => {
    const { folder, open } = createStore(bytes);
    const many = Array.from({ length: 65 }, (_, index) => ({ ...data, at: `i${index}` }));
    await expect(open(many, AbortSignal.timeout(5000))).rejects.toMatchObject({
      code: "invalid_request",
      param: "i64",
    });
    expect(readdirSync(folder)).toEqual([]);
  });
});
