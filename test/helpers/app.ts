import { createRoutes, dialects, type RoutesDeps } from "../../src/daemon/routes.ts";
import type { LoadModel } from "../../src/engine/model/loaded.ts";
import { createPool } from "../../src/engine/pool/pool.ts";
import { OvError } from "../../src/errors.ts";
import { type AppDeps, createApp } from "../../src/http/app.ts";
import { createKeyring } from "../../src/http/auth.ts";
import { createRequestLog } from "../../src/http/log.ts";
import { createMetrics } from "../../src/metrics/metrics.ts";
import { createRegistry } from "../../src/registry/registry.ts";
import { createCatalog } from "../../src/serving/catalog.ts";
import { createEvents } from "../../src/serving/events.ts";
import { readHealth } from "../../src/serving/health.ts";
import { createOpenRequests } from "../../src/serving/open-requests.ts";
import { createPulls } from "../../src/serving/pulls.ts";
import { createRecent } from "../../src/serving/recent.ts";
import { createRunningRequests } from "../../src/serving/running.ts";
import { createFakeMemory } from "../fakes/memory.ts";
import { createMemoryHost } from "../fakes/memory-host.ts";
import { silentLog } from "./log.ts";

export type TestAppOptions = Partial<Omit<AppDeps, "events">> &
  Partial<Omit<RoutesDeps, "events" | "newId">> & { registryPath?: string; load?: LoadModel };

/** The API over hosts in memory and no port: for what needs no real engine. The registry's path need not exist. */
export function createTestApp({
  registryPath = "/nonexistent/registry.json",
  load = async () => ({ host: createMemoryHost(), defaults: {} }),
  log = silentLog,
  ...extra
}: TestAppOptions = {}) {
  const registry = createRegistry({ path: registryPath });
  const events = createEvents();
  const pool = createPool({
    load,
    maxConcurrent: 4,
    maxQueue: 4,
    queueSeconds: 120,
    idleSeconds: 0,
    grammarMemory: 2 ** 30,
    memory: createFakeMemory(),
    log: silentLog,
    observe: (event) => events.publish({ topic: "model", ...event }),
  });
  const catalog = createCatalog({ registry, modelPath: "/models/memory", device: "CPU", engine: "auto" });
  const engine = () => ({ device: "CPU", engine: null, engines: [], failure: null, deviceFailure: null });
  const metrics = createMetrics({ version: "0", readModels: pool.status });
  events.subscribe(createRequestLog(log));
  events.subscribe(metrics.observe);
  const recent = createRecent(Date.now);
  events.subscribe(recent.observe);
  let id = 0;
  const newId = () => String(id++);
  const openRequests = createOpenRequests();
  const running = createRunningRequests();
  const routes = createRoutes({
    openRequests,
    running,
    readPage: null,
    catalog,
    pool,
    metrics,
    recent,
    facts: async () => ({ contextLength: null, modified: 0, description: null }),
    readHealth: () =>
      readHealth({
        version: "0",
        started: new Date(0),
        registry,
        catalog,
        pool,
        engine,
        findEngineProblem: () => null,
        findFilesProblem: () => null,
      }),
    readReadiness: () => [],
    diagnose: async () => ({ status: "ok", findings: [] }),
    maxTokens: 16,
    requestSeconds: 120,
    maxAudioSeconds: 600,
    keepFile: keepInMemory,
    newId,
    newSeed: () => 7,
    now: () => new Date(),
    clock: () => performance.now(),
    pause: async () => {},
    editModels: createMemoryEdits(),
    listSuggestions: () => [],
    readTunings: () => [],
    pulls: createPulls({ ...refusedPulls, publish: events.publish, newId }),
    ...extra,
    events,
  });
  const handle = createApp({
    routes,
    openRequests,
    dialects,
    log,
    keys: createKeyring(() => []),
    access: { host: "127.0.0.1", allowedHosts: [], corsOrigins: [], machine: "box" },
    maxBody: 1_000_000,
    box: "box",
    newId,
    ...extra,
    events,
  });
  const send = (path: string, init: RequestInit = {}) =>
    handle(new Request(`http://localhost${path}`, init), "-");
  return {
    events,
    pool,
    handle,
    send,
    get: (path: string) => send(path),
    chat: (body: Record<string, unknown>, init: RequestInit = {}) =>
      send("/v1/chat/completions", { method: "POST", body: JSON.stringify(body), ...init }),
    respond: (body: Record<string, unknown>, init: RequestInit = {}) =>
      send("/v1/responses", { method: "POST", body: JSON.stringify(body), ...init }),
  };
}

/** Whoever pulls brings what does it. */
const refusedPulls = {
  resolve: (repo: string) => ({ repo, quant: null }),
  run: async () => {
    throw new OvError("download_failed", "There is no hub.");
  },
  findRefusal: () => null,
  now: () => new Date(),
};

/** Files without a disk: a host in memory reads their paths. */
async function keepInMemory(bytes: Uint8Array) {
  return { path: new TextDecoder().decode(bytes), remove: async () => {} };
}

/** Edits of a registry that has nothing: all are refused. */
function createMemoryEdits(): RoutesDeps["editModels"] {
  const refuse = async () => {
    throw new OvError("model_not_found", "The registry is empty.");
  };
  return { remove: refuse, addAlias: refuse, removeAlias: refuse, pin: refuse };
}
