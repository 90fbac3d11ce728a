import { expect, test } from "bun:test";
import { appendFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../../src/errors.ts";
import { describeModel } from "../../src/models/folder.ts";
import { createModelReader } from "../../src/models/reader.ts";
import { createModelHome } from "../helpers/model-home.ts";
import { createTempDir } from "../helpers/temp.ts";

function createCounted() {
  const read: string[] = [];
  const describe = createModelReader(async (path) => {
    read.push(path);
    return await describeModel(path);
  });
  return { read, describe };
}

test("a model is read once, also by those who ask at the same time", async () => {
  const { read, describe } = createCounted();
  const path = createModelHome().makeModel("m");
  const [first, ...others] = await Promise.all([describe(path), describe(path), describe(path)]);
  expect([...others, await describe(path)].every((other) => other === first)).toBe(true);
  expect(read).toEqual([path]);
});

test("one that cannot be used has the same error until its file changes, also within one mtime", async () => {
  const { read, describe } = createCounted();
  const path = join(createTempDir(), "m.gguf");
  const at = new Date(1_700_000_000_000);
  const reason = async () => await describe(path).then(String, (error: OvError) => error.facts.why);
  writeFileSync(path, "GGUx");
  utimesSync(path, at, at);
  expect(await reason()).toContain('it does not start with "GGUF"');
  await reason();
  expect(read).toHaveLength(1);
  writeFileSync(path, "GGUF");
  appendFileSync(path, "x");
  utimesSync(path, at, at);
  expect(await reason()).toBe("its header is damaged or truncated");
});

test("one that is missing is looked for again", async () => {
  const { describe } = createCounted();
  const { home, makeModel } = createModelHome();
  await expect(describe(join(home, "m"))).rejects.toBeInstanceOf(OvError);
  expect(await describe(makeModel("m"))).toMatchObject({ form: "ir" });
});

test("a folder is read again when a file in it is written again, which leaves the folder as it was", async () => {
  const { describe } = createCounted();
  const path = createModelHome().makeModel("m", { "config.json": '{"max_position_embeddings":512}' });
  expect(await describe(path)).toMatchObject({ contextLength: 512 });
  writeFileSync(join(path, "config.json"), '{"max_position_embeddings":8192}');
  expect(await describe(path)).toMatchObject({ contextLength: 8192 });
});
