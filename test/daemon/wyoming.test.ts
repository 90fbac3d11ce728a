import { expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEarsFor } from "../../src/daemon/wyoming.ts";
import { createRegistry } from "../../src/registry/registry.ts";
import { createCatalog } from "../../src/serving/catalog.ts";
import { createOpenRequests } from "../../src/serving/open-requests.ts";
import { createRunningRequests } from "../../src/serving/running.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { createTestApp } from "../helpers/app.ts";
import { createTempDir } from "../helpers/temp.ts";

test("a voice request shows among those that run, and can be cancelled", async () => {
  const registryPath = join(createTempDir(), "registry.json");
  const ears = { path: "/m", task: "automatic-speech-recognition-with-past", weight_format: "int8" };
  writeFileSync(registryPath, JSON.stringify({ version: 1, models: { ears } }));
  const registry = createRegistry({ path: registryPath });
  const shared = { openRequests: createOpenRequests(), running: createRunningRequests() };
  const load = async () => ({ host: createMemoryHost({ operations: ["transcribe"] }), defaults: {} });
  const { pool, events, get, send } = createTestApp({ registryPath, load, ...shared });
  const isKept = Promise.withResolvers<void>();
  const mayStart = Promise.withResolvers<{ path: string; remove: () => Promise<void> }>();
  const voice = createEarsFor({
    ...shared,
    pool,
    events,
    catalog: createCatalog({ registry, modelPath: null, device: "CPU", engine: "auto" }),
    requestSeconds: 120,
    maxAudioSeconds: 600,
    keepFile: () => {
      isKept.resolve();
      return mayStart.promise;
    },
    newId: () => "1",
  });
  const { signal } = new AbortController();
  const heard = voice.transcribe(new Uint8Array(2), { model: null, language: null, client: "box", signal });
  const ended = heard.then(
    () => "heard",
    (error) => error,
  );

  await isKept.promise;
  const running = { id: "req_1", method: "WYOMING", model: "ears", client: "box" };
  expect(await (await get("/v1/requests")).json()).toMatchObject({ data: [running] });
  const cancel = await send("/v1/chat/completions/req_1/cancel", { method: "POST" });
  expect(cancel.status).toBe(200);
  mayStart.resolve({ path: "a word", remove: async () => {} });
  expect(await ended).toMatchObject({ code: "request_cancelled" });
  expect(await (await get("/v1/requests")).json()).toMatchObject({ data: [] });
});
