import { expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { respell, withSpelledFolder } from "../../../src/hosts/native/spelling.ts";
import { runtimeDir, tinyModelsPath } from "../../helpers/environment.ts";
import { hostModules } from "../../helpers/python-tests.ts";

const model = join(tinyModelsPath(), "mistral-llama2");

test("a vocabulary is spelled as the batching host spells it, to the byte", async () => {
  const script = [
    "import sys, pathlib",
    "from grammars import spelling",
    "sys.stdout.buffer.write(spelling.respell(pathlib.Path(sys.argv[1])))",
  ].join("\n");
  const child = Bun.spawn([join(runtimeDir(), "bin/python"), "-c", script, model], { env: hostModules });
  const expected = Buffer.from(await child.stdout.bytes());
  expect(expected.length).toBeGreaterThan(100_000);
  expect(respell(model)?.equals(expected)).toBe(true);
}, 180_000);

test("one of text stays as it is", () => {
  expect(respell(join(tinyModelsPath(), "qwen3"))).toBeNull();
  expect(respell(join(model, "model.gguf"))).toBeNull();
});

test("the model is loaded from links, which are removed again, also after a failure", async () => {
  let seen = "";
  const loading = withSpelledFolder(model, async (folder) => {
    seen = folder;
    expect(readdirSync(folder).sort()).toEqual(readdirSync(model).sort());
    const [own, spelled] = [model, folder].map((one) => readFileSync(join(one, "openvino_detokenizer.bin")));
    expect(spelled?.length).toBe(own?.length ?? 0);
    expect(own?.equals(spelled ?? Buffer.alloc(0))).toBe(false);
    throw new Error("no memory");
  });
  await expect(loading).rejects.toThrow("no memory");
  expect(existsSync(seen)).toBe(false);
});
