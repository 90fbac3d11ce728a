import { describe, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createMemory, toHeld } from "../../../src/engine/memory/memory.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { toTarget } from "../../helpers/pool.ts";
import { createTempDir } from "../../helpers/temp.ts";

const mb = 2 ** 20;
const home = createTempDir();

/** An OpenVINO folder with so many MB of weights. */
function makeModel(name: string, weightsMb: number): string {
  const path = join(home, name);
  mkdirSync(path);
  for (const file of ["openvino_tokenizer.xml", "openvino_detokenizer.xml", "openvino_model.xml"]) {
    writeFileSync(join(path, file), "<xml/>");
  }
  writeFileSync(join(path, "openvino_model.bin"), Buffer.alloc(weightsMb * mb));
  return path;
}

const path = makeModel("model", 8);
const target = toTarget("model", { path });
const create = (kvCacheGb: number | null) => createMemory({ memoryBudget: 32 * 2 ** 30, kvCacheGb });
/** This test's own process in the place of a host. */
const hostOn = (device: string) => {
  const { ready, grammars } = createMemoryHost();
  return { pid: process.pid, grammars, ready: { ...ready, device } };
};

describe("what a model needs", () => {
  test("is estimated from its weights, the engine, and its full KV cache", async () => {
    expect(await create(2).need(target)).toEqual({ model: (256 + 10) * mb, kvCache: 2048 * mb, work: 0 });
  });

  test.each([
    [null, 4],
    [0, 4],
    [6, 6],
  ])("with OV_KV_CACHE_GB=%p of 32 GB counts %d GB for the cache", async (setting, gigabytes) => {
    const memory = create(setting);
    expect((await memory.need(target)).kvCache).toBe(gigabytes * 1024 * mb);
    expect(memory.kvCacheGb).toBe(setting ?? gigabytes);
  });

  test("is twice as much of weights and KV cache where tokens are guessed", async () => {
    const guessing = { ...target, speculation: { kind: "prompt-lookup" } as const };
    expect(await create(2).need(guessing)).toEqual({ model: (256 + 20) * mb, kvCache: 4096 * mb, work: 0 });
  });

  test("is what it took the last time, once that is known", async () => {
    const memory = create(1);
    await memory.need(target);
    memory.measure(target, hostOn("CPU"), "loaded");
    const { model } = await memory.need(target);
    const held = memory.read(process.pid) ?? 0;
    expect(Math.abs(model - held)).toBeLessThan(held / 4);
    expect(await memory.need({ ...target, device: "GPU" })).toMatchObject({ model: (256 + 10) * mb });
  });

  test("on a GPU is never less than the estimate: the driver holds the weights elsewhere", async () => {
    const memory = create(1);
    const large = toTarget("large", { path: makeModel("large", 1024) });
    await memory.need(large);
    memory.measure(large, hostOn("GPU.0"), "loaded");
    expect((await memory.need(large)).model).toBe((256 + 1280) * mb);
  });

  test("has no KV cache where the task writes no tokens", async () => {
    const need = await create(2).need({ ...target, task: "feature-extraction" });
    expect(need).toEqual({ model: (256 + 10) * mb, kvCache: 0, work: 256 * mb });
  });

  test("has a KV cache and room for a picture where the task sees", async () => {
    const need = await create(2).need({ ...target, task: "image-text-to-text" });
    expect(need).toEqual({ model: (256 + 10) * mb, kvCache: 2048 * mb, work: 512 * mb });
  });

  test("of a path that is no model is a clear error", async () => {
    const nowhere = create(1).need(toTarget("gone", { path: join(home, "gone") }));
    await expect(nowhere).rejects.toMatchObject({ code: "model_path_invalid" });
  });
});

test.each([
  ["weights that are copied count once", 702, 364, 269, 433],
  ["weights that are used where they are mapped count", 434, 95, 269, 434],
  ["the files of programs count little", 418, 339, 93, 339],
])("%s", (_, resident, anonymous, weights, held) =>
  expect(toHeld({ resident, anonymous }, weights)).toBe(held),
);

test("a process that is gone holds nothing", () => {
  expect(create(1).read(2 ** 22 + 1)).toBeNull();
  expect(create(1).budget([2 ** 22 + 1])).toEqual({ bytes: 32 * 2 ** 30, source: "OV_MEMORY_BUDGET" });
});
