import { expect, test } from "bun:test";
import { addonDir } from "../../helpers/engine.ts";
import { toRequest } from "../../helpers/engine-request.ts";
import { modelPath } from "../../helpers/environment.ts";
import { loadNativeHost } from "../../helpers/native-host.ts";
import { collect, describeConformance } from "../conformance.ts";

if (addonDir === null) {
  test.skip("the native host over the real addon: it is not on this machine (see `bun run test:native`)", () => {});
} else {
  const dir = addonDir;
  describeConformance("native, with the real addon,", () => loadNativeHost(dir, modelPath()));

  test("a real prompt makes the right answer, without another start-of-text token before it", async () => {
    const host = await loadNativeHost(dir, modelPath());
    const { text, reason, tokens } = await collect(host, toRequest("What is the capital of France?"));
    // Each processor rounds differently, and so do releases.
    expect([text, reason]).toEqual([expect.stringContaining("Paris"), "stop"]);
    expect(tokens).toBeGreaterThan(1);
    await host.close();
  }, 180_000);

  test.each([{ ATTENTION_BACKEND: "SDPA" }, { INFERENCE_NUM_THREADS: 1 }, { KV_CACHE_PRECISION: "f16" }])(
    "works with %p",
    async (properties) => {
      const host = await loadNativeHost(dir, modelPath(), { target: { properties } });
      expect((await collect(host, toRequest("What is the capital of France?"))).text).toContain("Paris");
      await host.close();
    },
    180_000,
  );

  test("min_p reaches the engine, though the binding's types do not name it", async () => {
    const host = await loadNativeHost(dir, modelPath());
    const ask = async (seed: number) => {
      const sampling = { temperature: 2, min_p: 0.99, seed };
      return (await collect(host, toRequest("What is the capital of France?", { sampling }))).text;
    };
    await ask(1);
    expect(new Set([await ask(1), await ask(2), await ask(3)]).size).toBe(1);
    await host.close();
  }, 180_000);
}
