import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import type { LoadedSettings } from "./config/load.ts";
import { findWarnings, reportSettings } from "./config/report.ts";
import type { Settings } from "./config/settings.ts";
import { type BatchingLauncher, createBatchingLauncher } from "./engine/batching/launch.ts";
import { chooseDevice } from "./engine/device.ts";
import { createLoader } from "./engine/load-model.ts";
import { createMemory } from "./engine/memory/memory.ts";
import { toGigabytes } from "./engine/memory/room.ts";
import { createFactsReader } from "./engine/model-facts.ts";
import { createPool, type Pool } from "./engine/pool.ts";
import { createPreloads, type Preloads } from "./engine/preloads.ts";
import { probeRuntime, runtimePython } from "./engine/runtime/probe.ts";
import { OvError } from "./errors.ts";
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
  requireRuntime(settings);
  const signals = createStopSignals();
  const launcher = createBatchingLauncher(runtimePython(settings.runtimeDir), environment);
  try {
    const pool = createPoolFor(settings, launcher, log);
    const registry: Registry = createRegistryFor(pool, settings, log, () => catalog);
    const catalog: Catalog = createCatalog({ ...settings, registry });
    const preloads = createPreloadsFor({ settings, log, pool, catalog });
    const engine = createEngineState();
    const app = createAppFor({ settings, log, pool, registry, catalog, engine });
    const listener = listen(app, settings);
    log.info("serving", { url: toUrl(listener), pid: process.pid, models: catalog.list().length });
    void engine.probe(settings, log);
    void preloads.run();
    await stopWhenTold({ listener, pool, signals, settings, log });
    return 0;
  } finally {
    launcher.remove();
    signals.dispose();
  }
}

/** The start ends here when no engine can run, instead of every request later. */
function requireRuntime({ runtimeDir }: Settings): void {
  if (existsSync(runtimePython(runtimeDir))) return;
  throw new OvError(
    "engine_unavailable",
    `No engine is installed in "${runtimeDir}": run \`ov-llm setup\`, then start the server again.`,
  );
}

function createPoolFor(settings: Settings, launcher: BatchingLauncher, log: Log): Pool {
  const memory = createMemory(settings);
  const { bytes, source } = memory.budget([]);
  const cache = `${memory.kvCacheGb} GB`;
  log.info("memory for models", { budget: toGigabytes(bytes), from: source, kv_cache: cache });
  const { kvCacheGb } = memory;
  return createPool({
    ...settings,
    log,
    memory,
    load: createLoader({ ...settings, ...launcher, kvCacheGb, log }),
  });
}

function createPreloadsFor({
  settings,
  log,
  pool,
  catalog,
}: Omit<AppParts, "registry" | "engine">): Preloads {
  return createPreloads({
    pool,
    log,
    names: settings.preload,
    resolve: (name) => catalog.toTarget(catalog.resolve(name)),
    pinned: () =>
      catalog
        .list()
        .filter(({ entry }) => entry.pinned)
        .map(catalog.toTarget),
  });
}

function createRegistryFor(
  pool: Pool,
  { registryPath }: Settings,
  log: Log,
  catalog: () => Catalog,
): Registry {
  const registry = createRegistry({
    path: registryPath,
    onChange: ({ added, changed, removed }) => {
      const [more, other, fewer] = [added, changed, removed].map((names) => names.join(",") || undefined);
      log.info("registry reloaded", { added: more, changed: other, removed: fewer });
      for (const name of [...changed, ...removed]) pool.retire(name);
      for (const model of catalog().list()) pool.keep(catalog().toTarget(model));
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
  engine: { read: () => EngineState };
}

function createAppFor({ settings, log, pool, registry, catalog, engine }: AppParts) {
  const started = new Date();
  return createApp({
    ...settings,
    log,
    catalog,
    pool,
    facts: createFactsReader(),
    readHealth: () => readHealth({ version, started, registry, catalog, pool, engine: engine.read }),
    newId: () => randomUUID().replaceAll("-", ""),
    newSeed: () => randomBytes(6).readUIntBE(0, 6),
  });
}

/** What is known of the engine: looked up while requests are served already, because it takes a second. */
function createEngineState() {
  let state: EngineState = { device: null, engine: null, failure: null };
  return {
    read: () => state,
    async probe({ runtimeDir, device }: Settings, log: Log): Promise<void> {
      const found = await probeRuntime(runtimeDir);
      if (found.state !== "ready") {
        const why = found.state === "broken" ? found.reason : "it is not installed";
        const failure = `The engine in "${runtimeDir}" does not run: ${why}. Run \`ov-llm setup\`.`;
        state = { device: null, engine: null, failure };
        log.error(failure);
        return;
      }
      const { python, openvino, openvino_genai, devices } = found;
      const chosen = chooseDevice(device, devices);
      const versions = { python, openvino, openvino_genai };
      state = { device: chosen, engine: { name: "batching", versions }, failure: null };
      log.info("engine found", {
        engine: "batching",
        openvino_genai,
        openvino,
        python,
        devices: devices.join(","),
        device: chosen,
        device_name: found.device_names[chosen],
      });
    },
  };
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
