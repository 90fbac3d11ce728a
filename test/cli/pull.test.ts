import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { makeConvertHome, makeGguf, makeModel, makeOpenVino } from "../convert/fake-models.ts";
import { startFakeHub, toRepository } from "../fakes/hub.ts";
import { createTempDir } from "../helpers/temp.ts";
import { runCli } from "./run-cli.ts";

// Each command is a process of its own, on a machine that may be busy.
setDefaultTimeout(180_000);
const models = createTempDir();
const gguf = await Bun.file(makeGguf(join(models, "m.gguf"), "llama")).bytes();
/** As long, and another. */
const otherGguf = await Bun.file(makeGguf(join(models, "o.gguf"), "qwen2")).bytes();
const hub = startFakeHub({
  repositories: {
    "Acme/Tiny-1B": toRepository(makeModel(join(models, "tiny"))),
    "Qwen/Qwen3-4B-Instruct-2507": toRepository(makeModel(join(models, "known"))),
    "Acme/broken": toRepository(makeModel(join(models, "broken"), { behaviour: "silent" })),
    "OpenVINO/Tiny-int4-ov": toRepository(makeOpenVino(join(models, "ready"))),
    "Acme/Tiny-GGUF": { "tiny-Q8_0.gguf": gguf, "tiny-Q4_K_M.gguf": gguf },
    "Other/Tiny-GGUF": { "tiny-Q8_0.gguf": otherGguf },
  },
});
afterAll(() => hub.stop());

function createScene() {
  const place = makeConvertHome(createTempDir());
  const env = { ...place.env, HF_ENDPOINT: hub.url };
  async function pull(...args: string[]) {
    const { code, out, err } = await runCli(["pull", "--json", ...args], { home: place.home, env });
    const events = out
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    return { code, err, types: new Set(events.map(({ type }) => type)), last: events.at(-1) };
  }
  return { ...place, pull };
}

describe("ov-llm pull", () => {
  test("fetches, converts and registers, and has no more to do the next time", async () => {
    const { pull, models, og } = createScene();
    const first = await pull("Acme/Tiny-1B", "--weight-format", "int4");
    expect([first.code, first.err]).toEqual([0, expect.stringContaining("Fetching Acme/Tiny-1B to ")]);
    expect([...first.types]).toEqual(["fetching", "converting", "checking", "done"]);
    expect(first.last).toMatchObject({ state: "converted", name: "tiny-1b" });
    expect(models()).toMatchObject({ "tiny-1b": { weight_format: "int4" } });
    expect(existsSync(join(og, "Tiny-1B"))).toBe(true);
    const again = await pull(`${hub.url}/Acme/Tiny-1B`);
    expect(again).toMatchObject({ code: 0, last: { state: "present", name: "tiny-1b" } });
    expect(again.err).toContain('Acme/Tiny-1B is there already, as "tiny-1b"');
  });

  test("a model of the catalogue answers to the name by which it was pulled, unless that is taken", async () => {
    const { pull, models } = createScene();
    const first = await pull("qwen3-4b-2507");
    expect([first.code, first.err]).toEqual([
      0,
      expect.stringContaining('converted as "qwen3-4b-instruct-2507" (also "qwen3-4b-2507") in '),
    ]);
    await pull("qwen3-4b-2507", "--weight-format", "int4", "--overwrite", "--name", "mine");
    expect(models()).toMatchObject({ mine: { weight_format: "int4" } });
    expect(models()["qwen3-4b-instruct-2507"]?.aliases).toEqual(["qwen3-4b-2507"]);
    expect(models().mine?.aliases).toBeUndefined();
  });

  test("registers what needs no conversion where it lies, with its task and format", async () => {
    const { pull, models, src } = createScene();
    expect(await pull("OpenVINO/Tiny-int4-ov")).toMatchObject({ code: 0, last: { state: "registered" } });
    expect(await pull("Acme/Tiny-GGUF:Q8_0", "--name", "mine")).toMatchObject({
      code: 0,
      last: { name: "mine" },
    });
    expect(await pull("Acme/Tiny-GGUF", "--quant", "q4_k_m")).toMatchObject({ code: 0 });
    expect(models()).toMatchObject({
      "tiny-int4-ov": {
        path: join(src, "Tiny-int4-ov"),
        task: "text-generation-with-past",
        weight_format: "int4",
      },
      mine: { path: join(src, "tiny-Q8_0.gguf") },
      "tiny-q4-k-m": { path: join(src, "tiny-Q4_K_M.gguf") },
    });
  });

  test("neither writes over another owner's .gguf file of the same name and size, nor takes it for the wanted one", async () => {
    const { pull, models, src } = createScene();
    await pull("Acme/Tiny-GGUF:Q8_0");
    const before = models();
    const { code, err } = await pull("Other/Tiny-GGUF:Q8_0");
    const path = join(src, "tiny-Q8_0.gguf");
    expect([code, err]).toEqual([1, expect.stringContaining(`another file lies at "${path}"`)]);
    expect([models(), await Bun.file(path).bytes()]).toEqual([before, gguf]);
    expect(await pull("Acme/Tiny-GGUF:Q8_0")).toMatchObject({ code: 0, last: { state: "present" } });
  });

  test.each([
    [["Acme/none"], 1, "there is no such model on http://127.0.0.1"],
    [["qwen3-8"], 2, 'Did you mean "qwen3-8b"?'],
    [["Acme/Tiny-GGUF", "--quant", "Q2_K"], 1, "There is Q4_K_M, Q8_0."],
    [["Acme/broken"], 1, 'Cannot convert "broken"'],
  ])("%j: exit code %p", async (args, code, message) => {
    const { pull, models } = createScene();
    const result = await pull(...args);
    expect([result.code, result.err]).toEqual([code, expect.stringContaining(message)]);
    if (code === 1)
      expect(result.last).toMatchObject({ type: "failed", message: expect.stringContaining(message) });
    expect(models()).toEqual({});
  });
});
