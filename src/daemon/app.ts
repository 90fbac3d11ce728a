import { randomBytes, randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { ollama } from "../api/ollama/errors.ts";
import { createRootRoutes } from "../api/ollama/root.ts";
import type { PageFiles } from "../api/operate/page.ts";
import type { LoadedSettings } from "../config/load.ts";
import { toTuningsPath } from "../config/paths.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Preloads } from "../engine/pool/preloads.ts";
import { type AppHandler, createApp } from "../http/app.ts";
import type { Keyring } from "../http/auth.ts";
import { readMemory } from "../library/known-models.ts";
import { listSuggestions } from "../library/suggestions.ts";
import { createTuningsReader } from "../library/tunings.ts";
import type { Log } from "../log.ts";
import { createImageStore } from "../media/images.ts";
import { createImageFetch } from "../media/remote.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createFactsReader } from "../models/facts.ts";
import type { FindFilesProblem } from "../models/files-check.ts";
import type { Registry } from "../registry/registry.ts";
import type { Catalog } from "../serving/catalog.ts";
import type { Events } from "../serving/events.ts";
import { findReasonsNotToServe, readHealth } from "../serving/health.ts";
import { createOpenRequests } from "../serving/open-requests.ts";
import type { Pulls } from "../serving/pulls.ts";
import type { Recent } from "../serving/recent.ts";
import { createRunningRequests } from "../serving/running.ts";
import { createWarmUp } from "../serving/warm-up.ts";
import { version } from "../version.ts";
import type { Ears } from "../wyoming/session.ts";
import { createDiagnosisFor } from "./doctor.ts";
import { createFindEngineProblem, toEngineState } from "./engine-state.ts";
import type { RequestFiles } from "./files.ts";
import { createEditsFor } from "./models.ts";
import { createPrefixesFile } from "./prefixes-file.ts";
import { createRoutes, dialects } from "./routes.ts";
import type { DaemonThreads } from "./threads.ts";
import { createEarsFor } from "./wyoming.ts";

interface AppParts {
  loaded: LoadedSettings;
  log: Log;
  pool: Pool;
  registry: Registry;
  catalog: Catalog;
  engines: Engines;
  keys: Keyring;
  metrics: Metrics;
  recent: Recent;
  events: Events;
  pulls: Pulls;
  preloads: Preloads;
  threads: DaemonThreads;
  files: RequestFiles;
  findFilesProblem: FindFilesProblem;
  stopping: { readonly now: boolean };
}

export interface Apps {
  main: AppHandler;
  /** Ollama's API alone, for a port of its own. */
  createOllama(): AppHandler;
  /** For the Wyoming protocol, on a port of its own. */
  ears: Ears;
}

/** The API over the daemon's parts; ids, seeds and the time come in here. */
export function createAppsFor(parts: AppParts): Apps {
  const { loaded, pool, registry, catalog, engines, preloads, stopping, threads, findFilesProblem } = parts;
  const { settings } = loaded;
  const started = new Date();
  const engine = () => toEngineState(engines, settings);
  const findEngineProblem = createFindEngineProblem(engines, settings);
  const served = { registry, catalog, pool, findEngineProblem, findFilesProblem };
  const health = () => readHealth({ version, started, ...served, engine });
  const newId = () => randomUUID().replaceAll("-", "");
  const openRequests = createOpenRequests();
  const running = createRunningRequests();
  const routes = createRoutes({
    ...settings,
    ...parts,
    openRequests,
    running,
    readPage: settings.page ? readPage : null,
    facts: createFactsReader(),
    readHealth: health,
    diagnose: createDiagnosisFor({ loaded, engines, pool, readHealth: health }),
    readReadiness: () =>
      findReasonsNotToServe({
        ...served,
        engine: engine(),
        stopping: stopping.now,
        preloading: preloads.running,
      }),
    newId,
    keepFile: parts.files.keep,
    runTextJob: threads.runTextJob,
    openImages: createImageStore({
      keepFile: parts.files.keep,
      fetch: createImageFetch({ domains: settings.mediaDomains }),
    }),
    newSeed: () => randomBytes(6).readUIntBE(0, 6),
    now: () => new Date(),
    clock: () => performance.now(),
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    editModels: createEditsFor(settings),
    listSuggestions: () => listSuggestions(readMemory()),
    readTunings: createTuningsReader(toTuningsPath(loaded.variables), parts.log.warn),
    warmUp: createWarmUp({
      ...settings,
      ...parts,
      ...(settings.warmPrefixesFile !== null && {
        store: createPrefixesFile(settings.warmPrefixesFile, parts.log),
      }),
      onWarmed: ({ model, prefixes, tokens, seconds }) =>
        parts.log.debug("warmed prompt prefixes", {
          model,
          prefixes,
          tokens,
          seconds: Math.round(seconds * 100) / 100,
        }),
    }),
  });
  const ollamaRoutes = routes.filter(({ dialect }) => dialect === ollama);
  const access = { ...settings, machine: hostname() };
  const box = toBoxName(settings.boxName, access.machine);
  const app = { ...settings, ...parts, openRequests, access, box, readLarge: threads.readLarge, newId };
  return {
    main: createApp({ ...app, routes, dialects }),
    ears: createEarsFor({ ...settings, ...parts, openRequests, running, keepFile: parts.files.keep, newId }),
    createOllama: () =>
      createApp({ ...app, routes: [...createRootRoutes(), ...ollamaRoutes], dialects: [ollama] }),
  };
}

/** What a header may carry of a host name, where no name is set. */
export function toBoxName(named: string | null, machine: string): string {
  return named ?? (machine.replace(/[^A-Za-z0-9._-]/g, "-").slice(0, 64) || "box");
}

async function readPage(): Promise<PageFiles> {
  const { pageFiles } = await import("../page/files.ts");
  return pageFiles;
}
