import { createPool } from "../../src/engine/pool/pool.ts";
import type { LoadModel } from "../../src/engine/pool/target.ts";
import { type AppDeps, createApp } from "../../src/http/app.ts";
import { createKeyring } from "../../src/http/keyring.ts";
import { createMetrics } from "../../src/metrics/metrics.ts";
import { createRegistry } from "../../src/registry/watcher.ts";
import { createCatalog } from "../../src/serving/catalog.ts";
import { readHealth } from "../../src/serving/health.ts";
import { createRates } from "../../src/serving/rates.ts";
import { createRunningRequests } from "../../src/serving/running.ts";
import { createTextService } from "../../src/serving/text.ts";
import { createFakeMemory } from "../fakes/memory.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { silentLog } from "./log.ts";

/** The API over hosts in memory and no port: for what needs no real engine. The registry's path need not exist. */
export function createTestApp(extra: Partial<AppDeps> & { registryPath?: string; load?: LoadModel } = {}) {
  const { registryPath = "/nonexistent/registry.json", load, ...deps } = extra;
  const registry = createRegistry({ path: registryPath, onChange: () => {}, onProblem: () => {} });
  const pool = createPool({
    load: load ?? (async () => ({ host: createMemoryHost(), defaults: {} })),
    maxConcurrent: 4,
    maxQueue: 4,
    queueSeconds: 10,
    idleSeconds: 0,
    memory: createFakeMemory(),
    log: silentLog,
  });
  const catalog = createCatalog({ registry, modelPath: "/models/memory", device: "CPU", engine: "auto" });
  const engine = () => ({ device: "CPU", engine: null, engines: [], failure: null });
  let id = 0;
  const newId = () => String(id++);
  const rates = createRates();
  const handle = createApp({
    log: silentLog,
    catalog,
    pool,
    facts: async () => ({ contextLength: null, modified: 0 }),
    readHealth: () => readHealth({ version: "0", started: new Date(0), registry, catalog, pool, engine }),
    metrics: createMetrics({ version: "0", readModels: pool.status }),
    readReadiness: () => [],
    rates,
    running: createRunningRequests(),
    keys: createKeyring(() => []),
    corsOrigins: [],
    maxBody: 1_000_000,
    text: createTextService({ pool, rates, catalog, newId, newSeed: () => 7, maxTokens: 16 }),
    requestSeconds: 10,
    newId,
    ...deps,
  });
  const send = (path: string, init: RequestInit = {}) =>
    handle(new Request(`http://localhost${path}`, init), "-");
  return {
    send,
    get: (path: string) => send(path),
    chat: (body: Record<string, unknown>, init: RequestInit = {}) =>
      send("/v1/chat/completions", { method: "POST", body: JSON.stringify(body), ...init }),
  };
}
