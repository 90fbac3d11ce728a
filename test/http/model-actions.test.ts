import { describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { Model } from "../../src/api/openai/models.ts";
import type { LoadModel } from "../../src/engine/model/loaded.ts";
import { OvError } from "../../src/errors.ts";
import { createTestApp } from "../helpers/app.ts";

const post = { method: "POST" };

async function readModel(response: Response): Promise<Model> {
  expect(response.status).toBe(200);
  const body: unknown = await response.json();
  return Value.Decode(Model, body);
}

describe("POST /v1/models/{id}/load and /unload", () => {
  test("load the model and unload it, and show it each time", async () => {
    const app = createTestApp();
    const loaded = await readModel(await app.send("/v1/models/memory/load", post));
    expect(loaded).toMatchObject({
      id: "memory",
      loaded: true,
      state: "ready",
      engine: "memory",
      running: 0,
    });
    expect(loaded.loaded_at).toBeGreaterThan(1_700_000_000);
    expect(await readModel(await app.get("/v1/models/memory"))).toEqual(loaded);
    const unloaded = await readModel(await app.send("/v1/models/memory/unload", post));
    expect(unloaded).toMatchObject({ loaded: false, state: "unloaded", loaded_at: null, memory_bytes: null });
  });

  test("are content with what is so already", async () => {
    const app = createTestApp();
    const twice = async (what: string) => {
      await readModel(await app.send(`/v1/models/memory/${what}`, post));
      return await readModel(await app.send(`/v1/models/memory/${what}`, post));
    };
    expect(await twice("load")).toMatchObject({ loaded: true });
    expect(await twice("unload")).toMatchObject({ loaded: false });
  });

  test.each(["", "{}", "not JSON", '{"keep_alive":1}'])("take any body or none: %p", async (body) => {
    const response = await createTestApp().send("/v1/models/memory/load", { ...post, body });
    expect(response.status).toBe(200);
  });

  test.each(["load", "unload"])("%s of an unknown name is a 404 with the known names", async (what) => {
    const response = await createTestApp().send(`/v1/models/nobody/${what}`, post);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: "model_not_found", message: expect.stringContaining('there is "memory"') },
    });
  });

  test("report a load that failed as 503 with the seconds to wait", async () => {
    const load: LoadModel = async () => {
      throw new OvError("engine_failed", "The engine would not.");
    };
    const response = await createTestApp({ load }).send("/v1/models/memory/load", post);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await response.json()).toMatchObject({ error: { code: "model_load_failed" } });
  });

  test("are POST alone", async () => {
    const response = await createTestApp().get("/v1/models/memory/load");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
  });
});
