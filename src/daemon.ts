import { randomBytes, randomUUID } from "node:crypto";
import type { LoadedSettings } from "./config/load.ts";
import { findWarnings, reportSettings } from "./config/report.ts";
import type { Settings } from "./config/settings.ts";
import { chooseDevice } from "./engine/device.ts";
import type { EngineReport } from "./engine/engine-kinds.ts";
import { createEngines, type Engines } from "./engine/engines.ts";
import { createLoader } from "./engine/load-model.ts";
import { createFactsReader } from "./engine/model-facts.ts";
import { createPool, type Pool } from "./engine/pool.ts";
import { createApp } from "./http/app.ts";
import { type Catalog, createCatalog } from "./http/catalog.ts";
import { type EngineState, readHealth } from "./http/health.ts";
import { type Listener, listen } from "./http/listen.ts";
import { createLog, type Log } from "./log.ts";
import { createRegistry, type Registry } from "./registry/watcher.ts";
import { createStopSignals, type StopSignals } from "./signals.ts";
import { version } from "./version.ts";

/** The composition root: wires all parts, serves until a signal ends it, resolves to the exit code. */
export async function runDaemon(loaded: LoadedSettings): Promise<number> {
  const { settings, environment } = loaded;
  const log = createLog({
    level: settings.logLevel,
    // journald stamps each line itself.
    timestamps: environment.JOURNAL_STREAM === undefined,
    write: (line) => void process.stderr.write(line),
  });
  log.info(`ov-llm ${version} starts`, reportSettings(loaded));
  for (const warning of findWarnings(loaded)) log.warn(warning);
  // The start ends here when no engine can run, instead of every request later.
  const engines = createEngines({ ...settings, environment });
  const signals = createStopSignals();
  try {
    const pool = createPool({ ...settings, log, load: createLoader({ ...settings, engines, log }) });
    const registry = createRegistryFor(pool, settings, log);
    const catalog = createCatalog({ ...settings, registry });
    const app = createAppFor({ settings, log, pool, registry, catalog, engines });
    const listener = listen(app, settings);
    log.info("serving", { url: toUrl(listener), pid: process.pid, models: catalog.list().length });
    void logEngines(engines, settings, log);
    await stopWhenTold({ listener, pool, signals, settings, log });
    return 0;
  } finally {
    engines.dispose();
    signals.dispose();
  }
}

function createRegistryFor(pool: Pool, { registryPath }: Settings, log: Log): Registry {
  const registry = createRegistry({
    path: registryPath,
    onChange: ({ added, changed, removed }) => {
      const [more, other, fewer] = [added, changed, removed].map((names) => names.join(",") || undefined);
      log.info("registry reloaded", { added: more, changed: other, removed: fewer });
      for (const name of [...changed, ...removed]) pool.retire(name);
    },
    onProblem: (reason) => log.warn(reason),
  });
  registry.current();
  return registry;
}

interface AppParts {
  settings: Settings;
  log: Log;
  pool: Pool;
  registry: Registry;
  catalog: Catalog;
  engines: Engines;
}

function createAppFor({ settings, log, pool, registry, catalog, engines }: AppParts) {
  const started = new Date();
  const engine = () => toEngineState(engines, settings);
  return createApp({
    ...settings,
    log,
    catalog,
    pool,
    facts: createFactsReader(),
    readHealth: () => readHealth({ version, started, registry, catalog, pool, engine }),
    newId: () => randomUUID().replaceAll("-", ""),
    newSeed: () => randomBytes(6).readUIntBE(0, 6),
  });
}

function toEngineState(engines: Engines, { device }: Settings): EngineState {
  const found = engines.preferred();
  const ready = found?.state === "ready" ? found : null;
  return {
    device: ready && chooseDevice(device, ready.devices),
    engine: ready && { name: ready.name, versions: ready.versions },
    engines: engines.reports(),
    failure: found?.reason ?? null,
  };
}

/** Looked up while requests are served already, because it takes a second. */
async function logEngines(engines: Engines, { device }: Settings, log: Log): Promise<void> {
  for (const report of await engines.probe()) {
    if (report.state === "ready") logEngine(report, device, log);
    else if (report.state === "missing") log.debug(report.reason ?? report.name);
    else log.error(report.reason ?? report.name);
  }
}

function logEngine({ name, versions, devices, deviceNames }: EngineReport, device: string, log: Log): void {
  const chosen = chooseDevice(device, devices);
  log.info("engine found", {
    engine: name,
    ...versions,
    devices: devices.join(","),
    device: chosen,
    device_name: deviceNames[chosen],
  });
}

interface Running {
  listener: Listener;
  pool: Pool;
  signals: StopSignals;
  settings: Settings;
  log: Log;
}

async function stopWhenTold({ listener, pool, signals, settings, log }: Running): Promise<void> {
  const name = await signals.first;
  log.info(`${name}: stopping, running requests may end`, { seconds: settings.drainSeconds });
  const answered = listener.stop();
  await Promise.race([pool.close(settings.drainSeconds), signals.second.then(() => pool.close(0))]);
  // The last answers are on their way; idle connections of pooled clients would stay for good.
  await Promise.race([answered, Bun.sleep(500)]);
  listener.kill();
  log.info("stopped");
}

function toUrl({ host, port }: Listener): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
