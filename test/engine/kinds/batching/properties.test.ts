import { describe, expect, test } from "bun:test";
import { toBatchingProperties } from "../../../../src/engine/kinds/batching/properties.ts";
import { loadBatchingHost } from "../../../helpers/batching-host.ts";
import { toRequest } from "../../../helpers/engine-request.ts";
import { modelPath } from "../../../helpers/environment.ts";
import { collect } from "../../../hosts/conformance.ts";

describe("the batching engine's properties", () => {
  test("leave out the attention that it has anyway", () => {
    expect(toBatchingProperties({ ATTENTION_BACKEND: "PA", NUM_STREAMS: 2 })).toEqual({ NUM_STREAMS: 2 });
  });

  test("refuse another attention and name the engine that has it", () => {
    const refused = () => toBatchingProperties({ ATTENTION_BACKEND: "SDPA" });
    expect(refused).toThrow(expect.objectContaining({ code: "model_load_failed" }));
    expect(refused).toThrow("Set engine=native for this model");
  });

  test("reach OpenVINO: one that the device does not know fails the load by its name", async () => {
    const load = loadBatchingHost("m", modelPath(), { properties: { MODEL_PRIORITY: "LOW" } });
    expect(load).rejects.toThrow("MODEL_PRIORITY");
    await load.catch(() => {});
  }, 60_000);

  test("let a model run", async () => {
    const properties = { INFERENCE_NUM_THREADS: 1, KV_CACHE_PRECISION: "f16", ATTENTION_BACKEND: "PA" };
    const host = await loadBatchingHost("m", modelPath(), { properties });
    expect((await collect(host, toRequest("What is the capital of France?"))).text).toContain("Paris");
    await host.close();
  }, 60_000);
});
