import { randomBytes, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { ollama } from "../api/ollama/errors.ts";
import { createRootRoutes } from "../api/ollama/root.ts";
import type { Settings } from "../config/settings.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Preloads } from "../engine/pool/preloads.ts";
import { type AppHandler, createApp } from "../http/app.ts";
import type { Keyring } from "../http/auth.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createFactsReader } from "../models/facts.ts";
import type { Registry } from "../registry/registry.ts";
import type { Catalog } from "../serving/catalog.ts";
import type { Events } from "../serving/events.ts";
import { findReasonsNotToServe, readHealth } from "../serving/health.ts";
import type { Pulls } from "../serving/pulls.ts";
import { version } from "../version.ts";
import { toEngineState } from "./engine-state.ts";
import type { DaemonImages } from "./images.ts";
import { createEditsFor } from "./models.ts";
import { createRoutes, dialects } from "./routes.ts";
import type { DaemonThreads } from "./threads.ts";

interface AppParts {
  settings: Settings;
  log: Log;
  pool: Pool;
  registry: Registry;
  catalog: Catalog;
  engines: Engines;
  keys: Keyring;
  metrics: Metrics;
  events: Events;
  pulls: Pulls;
  preloads: Preloads;
  threads: DaemonThreads;
  images: DaemonImages;
  stopping: { readonly now: boolean };
}

export interface Apps {
  main: AppHandler;
  /** Ollama's API alone, for a port of its own. */
  createOllama(): AppHandler;
}

/** The API over the daemon's parts; ids, seeds and the time come in here. */
export function createAppsFor(parts: AppParts): Apps {
  const { settings, pool, registry, catalog, engines, preloads, stopping, threads } = parts;
  const started = new Date();
  const engine = () => toEngineState(engines, settings);
  const newId = () => randomUUID().replaceAll("-", "");
  const routes = createRoutes({
    ...settings,
    ...parts,
    facts: createFactsReader(),
    readHealth: () => readHealth({ version, started, registry, catalog, pool, engine }),
    readReadiness: () =>
      findReasonsNotToServe({ engine: engine(), stopping: stopping.now, preloading: preloads.running }),
    newId,
    runTextJob: threads.runTextJob,
    openImages: parts.images.openImages,
    newSeed: () => randomBytes(6).readUIntBE(0, 6),
    now: () => new Date(),
    clock: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    editModels: createEditsFor(settings),
  });
  const ollamaRoutes = routes.filter(({ dialect }) => dialect === ollama);
  const access = { ...settings, machine: hostname() };
  const app = { ...settings, ...parts, access, readLarge: threads.readLarge, newId };
  return {
    main: createApp({ ...app, routes, dialects }),
    createOllama: () =>
      createApp({ ...app, routes: [...createRootRoutes(), ...ollamaRoutes], dialects: [ollama] }),
  };
}
