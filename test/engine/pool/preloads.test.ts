import { describe, expect, test } from "bun:test";
import type { LoadModel } from "../../../src/engine/model/loaded.ts";
import { createPreloads } from "../../../src/engine/pool/preloads.ts";
import { OvError } from "../../../src/errors.ts";
import { createFakeMemory } from "../../fakes/memory.ts";
import { createMemoryHost } from "../../fakes/memory-host.ts";
import { createTestLog } from "../../helpers/log.ts";
import { createTestPool, toTarget } from "../../helpers/pool.ts";

const resolve = (name: string) => {
  if (name === "unknown") throw new OvError("model_not_found", `Cannot find model "unknown".`);
  return toTarget(name === "alias" ? "a" : name);
};

describe("preloads", () => {
  test("load pinned models, then the named ones, each once, one after the other", async () => {
    const order: string[] = [];
    const load: LoadModel = async ({ name }) => {
      order.push(`${name} begins`);
      await new Promise((done) => setImmediate(done));
      order.push(`${name} is there`);
      return { host: createMemoryHost(), defaults: {} };
    };
    const { pool } = createTestPool({ load });
    const pinned = () => [toTarget("p", { pinned: true }), toTarget("a", { pinned: true })];
    const { log } = createTestLog();
    const preloads = createPreloads({ pool, names: ["alias", "b"], pinned, resolve, log });
    expect(preloads.running).toBeTrue();
    await preloads.run();
    expect(preloads.running).toBeFalse();
    expect(order).toEqual(["p", "a", "b"].flatMap((name) => [`${name} begins`, `${name} is there`]));
  });

  test("go on after an unknown name, a failure, and a model for which there is no room", async () => {
    const load: LoadModel = async ({ name }) => {
      if (name === "broken") throw new OvError("model_load_failed", "It is broken.");
      return { host: createMemoryHost(), defaults: {} };
    };
    const memory = createFakeMemory({ budget: 10, needs: { a: 6, large: 8, b: 2 } });
    const { pool, lines: poolLines } = createTestPool({ load, memory });
    const { log, lines } = createTestLog();
    const names = ["unknown", "broken", "a", "large", "b"];
    await createPreloads({ pool, names, pinned: () => [], resolve, log }).run();
    expect([...pool.status().keys()]).toEqual(["a", "b"]);
    expect(lines).toEqual([expect.stringContaining(`warn  cannot preload: Cannot find model "unknown".`)]);
    expect(poolLines.join("")).toMatch(/error It is broken.*\n(.*\n)*.*error Model "large"/);
  });

  test("end with the server", async () => {
    const load: LoadModel = (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const { pool } = createTestPool({ load });
    const { log } = createTestLog();
    const preloads = createPreloads({ pool, names: ["a", "b"], pinned: () => [], resolve, log });
    const run = preloads.run();
    await pool.close(30);
    await run;
    expect(preloads.running).toBeFalse();
  });
});
