import { randomBytes, randomUUID } from "node:crypto";
import type { Settings } from "../config/settings.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import type { Pool } from "../engine/pool/pool.ts";
import type { Preloads } from "../engine/pool/preloads.ts";
import { type AppHandler, createApp } from "../http/app.ts";
import type { Keyring } from "../http/keyring.ts";
import type { Log } from "../log.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { createFactsReader } from "../models/facts.ts";
import type { Registry } from "../registry/watcher.ts";
import type { Catalog } from "../serving/catalog.ts";
import { findReasonsNotToServe, readHealth } from "../serving/health.ts";
import { createRates } from "../serving/rates.ts";
import { createRunningRequests } from "../serving/running.ts";
import { createTextService } from "../serving/text.ts";
import { version } from "../version.ts";
import { toEngineState } from "./engine-state.ts";

interface AppParts {
  settings: Settings;
  log: Log;
  pool: Pool;
  registry: Registry;
  catalog: Catalog;
  engines: Engines;
  keys: Keyring;
  metrics: Metrics;
  preloads: Preloads;
  stopping: { readonly now: boolean };
}

/** The API over the daemon's parts; ids, seeds and the time come in here. */
export function createAppFor(parts: AppParts): AppHandler {
  const { settings, log, pool, registry, catalog, engines, keys, metrics, preloads, stopping } = parts;
  const started = new Date();
  const engine = () => toEngineState(engines, settings);
  const newId = () => randomUUID().replaceAll("-", "");
  const newSeed = () => randomBytes(6).readUIntBE(0, 6);
  const { maxTokens } = settings;
  const rates = createRates();
  return createApp({
    ...settings,
    log,
    catalog,
    pool,
    keys,
    metrics,
    rates,
    running: createRunningRequests(),
    facts: createFactsReader(),
    readHealth: () => readHealth({ version, started, registry, catalog, pool, engine }),
    readReadiness: () =>
      findReasonsNotToServe({ engine: engine(), stopping: stopping.now, preloading: preloads.running }),
    text: createTextService({ pool, rates, catalog, newId, newSeed, maxTokens }),
    newId,
  });
}
