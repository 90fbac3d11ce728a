import { describe, expect, test } from "bun:test";
import { batchingSupports, toBatchingProperties } from "../../../../src/engine/kinds/batching/supports.ts";
import { nativeSupports } from "../../../../src/engine/kinds/native/supports.ts";
import { mainOperation } from "../../../../src/models/tasks.ts";
import { loadBatchingHost } from "../../../helpers/batching-host.ts";
import { toRequest } from "../../../helpers/engine-request.ts";
import { modelPath } from "../../../helpers/environment.ts";
import { toTarget } from "../../../helpers/pool.ts";
import { collect } from "../../../hosts/conformance.ts";

describe("what the engines can run", () => {
  test.each<[string, object, RegExp]>([
    [
      "another attention",
      { properties: { ATTENTION_BACKEND: "SDPA" } },
      /no ATTENTION_BACKEND "SDPA", only "PA"/,
    ],
    ["an NPU", { device: "NPU" }, /does not run on "NPU"/],
    ["an NPU by its number", { device: "NPU.0" }, /does not run on "NPU.0"/],
  ])("%s is left to the native one", (_what, extra, why) => {
    const target = toTarget("m", extra);
    expect(batchingSupports(target, "generate")).toEqual({
      code: "model_load_failed",
      why: expect.stringMatching(why),
      next: expect.stringMatching(/^Set engine=native for this model, or /),
    });
    expect(nativeSupports(target, "generate")).toBeNull();
  });

  test.each([{}, { device: "GPU.1" }, { device: "AUTO" }, { task: "text-generation" }, { task: "unknown" }])(
    "both run %p",
    (extra) => {
      const target = toTarget("m", extra);
      expect([batchingSupports(target, "generate"), nativeSupports(target, "tokenize")]).toEqual([
        null,
        null,
      ]);
    },
  );

  test("a task that is not served is refused by both, with its name", () => {
    const target = toTarget("m", { task: "fill-mask" });
    for (const supports of [batchingSupports, nativeSupports])
      expect(supports(target, "generate")).toMatchObject({
        code: "task_unsupported",
        why: expect.stringContaining("(words for gaps) is not served"),
      });
  });
});

describe.each(["feature-extraction", "text-classification", "text-ranking"])("a model for %s", (task) => {
  const operation = mainOperation(task);

  test("runs on the batching engine, with any attention", () => {
    const target = toTarget("m", { task, properties: { ATTENTION_BACKEND: "SDPA" } });
    expect(batchingSupports(target, operation)).toBeNull();
  });

  test("does not run on an NPU, nor on the native engine, which names the other one", () => {
    expect(batchingSupports(toTarget("m", { task, device: "NPU" }), operation)).toMatchObject({
      next: "Use the device CPU or GPU.",
    });
    expect(nativeSupports(toTarget("m", { task }), operation)).toMatchObject({
      code: "task_unsupported",
      next: expect.stringContaining("engine=batching"),
    });
  });
});

test("a model that sees runs on the batching engine alone", () => {
  const target = toTarget("m", { task: "image-text-to-text" });
  expect(batchingSupports(target, "generate")).toBeNull();
  expect(nativeSupports(target, "generate")).toMatchObject({
    code: "task_unsupported",
    next: expect.stringContaining("engine=batching"),
  });
});

describe("the batching engine's properties", () => {
  test("leave out the attention that it has anyway", () => {
    expect(toBatchingProperties({ ATTENTION_BACKEND: "PA", NUM_STREAMS: 2 })).toEqual({ NUM_STREAMS: 2 });
  });

  test("reach OpenVINO: one that the device does not know fails the load by its name", async () => {
    const load = loadBatchingHost("m", modelPath(), { properties: { MODEL_PRIORITY: "LOW" } });
    expect(load).rejects.toThrow("MODEL_PRIORITY");
    await load.catch(() => {});
  }, 180_000);

  test("go with a combination of devices, which has the names of its parts", async () => {
    const host = await loadBatchingHost("m", modelPath(), { device: "HETERO:CPU" });
    const alone = host.ready.device_name;
    expect([host.ready.device, alone]).toEqual(["HETERO:CPU", expect.stringMatching(/^(?!HETERO)./)]);
    expect((await collect(host, toRequest("What is the capital of France?"))).text).toContain("Paris");
    await host.close();
  }, 180_000);

  test("let a model run", async () => {
    const properties = { INFERENCE_NUM_THREADS: 1, KV_CACHE_PRECISION: "f16", ATTENTION_BACKEND: "PA" };
    const host = await loadBatchingHost("m", modelPath(), { properties });
    expect((await collect(host, toRequest("What is the capital of France?"))).text).toContain("Paris");
    await host.close();
  }, 180_000);
});
