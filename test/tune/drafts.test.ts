import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { createRegistry } from "../../src/registry/registry.ts";
import { findDrafts } from "../../src/tune/drafts.ts";
import { makeGguf } from "../convert/fake-models.ts";
import { createModelHome } from "../helpers/model-home.ts";

const task = "text-generation-with-past";

/** A registry with models of these sizes, in bytes. */
function setUp(models: Record<string, { bytes: number; architecture?: string; task?: string }>) {
  const { makeModel, write, home, registryPath } = createModelHome();
  const entries = Object.entries(models).map(([name, model]) => {
    const config = JSON.stringify({ model_type: model.architecture ?? "llama" });
    const files = { "openvino_model.bin": "x".repeat(model.bytes), "config.json": config };
    return [name, { path: makeModel(name, files), task: model.task ?? task, weight_format: "int4" }] as const;
  });
  write(Object.fromEntries(entries));
  const registry = createRegistry({ path: registryPath });
  const find = async (name: string, mostBytes = 1e9) =>
    await findDrafts({
      name,
      entries: registry.current().entries,
      modelCacheDir: join(home, "cache"),
      bytes: models[name]?.bytes ?? 0,
      mostBytes,
    });
  return { home, find, write, entries };
}

const names = (drafts: { name: string }[]) => drafts.map(({ name }) => name);

describe("models that may guess for another one", () => {
  test("are much smaller, write text, and come first where they are of its architecture", async () => {
    const { find } = setUp({
      large: { bytes: 9000 },
      half: { bytes: 4500 },
      kin: { bytes: 2000 },
      tiny: { bytes: 500, architecture: "qwen2" },
      eyes: { bytes: 500, task: "image-text-to-text" },
      vectors: { bytes: 500, task: "feature-extraction" },
    });
    expect(names(await find("large"))).toEqual(["kin", "tiny"]);
    expect(names(await find("tiny"))).toEqual([]);
    expect(await find("vectors")).toEqual([]);
  });

  test("fit into memory beside it, and are two at most", async () => {
    const { find } = setUp({
      large: { bytes: 9000 },
      a: { bytes: 300 },
      b: { bytes: 200 },
      c: { bytes: 100 },
    });
    expect(names(await find("large"))).toEqual(["c", "b"]);
    expect(names(await find("large", 220))).toEqual(["c"]);
  });

  test("are named with the reason where the engine could not load them", async () => {
    const { home, find, write, entries } = setUp({
      large: { bytes: 90_000 },
      a: { bytes: 9000 },
      b: { bytes: 9100 },
      c: { bytes: 9200 },
    });
    const path = makeGguf(join(home, "small.gguf"), "llama", [2]);
    write({ ...Object.fromEntries(entries), small: { path, task, weight_format: "q4_0" } });
    expect(names(await find("large"))).toEqual(["small", "a", "b"]);
    const [small] = await find("large");
    expect(small?.problem).toContain("a .gguf file guesses only once it has a copy");
  });
});
