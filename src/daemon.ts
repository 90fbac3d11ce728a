import { randomBytes, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { findKeyFileWarning, readKeys } from "./config/keys.ts";
import type { LoadedSettings } from "./config/load.ts";
import { findWarnings, reportSettings } from "./config/report.ts";
import type { Settings } from "./config/settings.ts";
import { createBatchingLauncher } from "./engine/batching/launch.ts";
import { chooseDevice } from "./engine/device.ts";
import { createLoader } from "./engine/load-model.ts";
import { createFactsReader } from "./engine/model-facts.ts";
import { createPool, type Pool } from "./engine/pool.ts";
import { probeRuntime, runtimePython } from "./engine/runtime/probe.ts";
import { OvError, toOvError } from "./errors.ts";
import { createApp } from "./http/app.ts";
import { type Catalog, createCatalog } from "./http/catalog.ts";
import { type EngineState, findReasonsNotToServe, readHealth } from "./http/health.ts";
import { createKeyring, type Keyring } from "./http/keyring.ts";
import { type Listener, listen } from "./http/listen.ts";
import { createRunningRequests } from "./http/running.ts";
import { createLog, type Log } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import { createRegistry, type Registry } from "./registry/watcher.ts";
import { createSignals, type Signals } from "./signals.ts";
import { createNotifier, type Notifier } from "./systemd/notifier.ts";
import { version } from "./version.ts";

/** The composition root: wires all parts, serves until a signal ends it, resolves to the exit code. */
export async function runDaemon(loaded: LoadedSettings): Promise<number> {
  const { settings, environment } = loaded;
  const log = createLog({
    level: settings.logLevel,
    format: settings.logFormat,
    // journald stamps each line itself.
    timestamps: environment.JOURNAL_STREAM === undefined,
    write: (line) => void process.stderr.write(line),
  });
  log.info(`ov-llm ${version} starts`, reportSettings(loaded));
  for (const warning of findWarnings(loaded)) log.warn(warning);
  requireRuntime(settings);
  const keys = createKeyring(() => readKeys(settings));
  warnOfKeyFile(settings, log);
  const notifier = createNotifier({ environment, pid: process.pid });
  const launcher = createBatchingLauncher(runtimePython(settings.runtimeDir), environment);
  const metrics = createMetrics({ version, readModels: () => pool.status() });
  const observe = metrics.observeModel;
  const load = createLoader({ ...settings, ...launcher, log, observe });
  const pool = createPool({ ...settings, log, load, observe });
  const registry = createRegistryFor(pool, settings, log);
  const reload = () => {
    notifier.reloading();
    reloadAll({ settings, keys, registry, log });
    notifier.ready();
  };
  const signals = createSignals({ onReload: reload, inTerminal: process.stdin.isTTY });
  try {
    const catalog = createCatalog({ ...settings, registry });
    const engine = createEngineState();
    const stopping = { now: false };
    const app = createAppFor({ settings, log, pool, registry, catalog, engine, keys, metrics, stopping });
    const listener = listen(app, settings);
    const url = toUrl(listener);
    log.info("serving", { url, pid: process.pid, models: catalog.list().length });
    notifier.ready(`Serving on ${url}`);
    void engine.probe(settings, log);
    await stopWhenTold({ listener, pool, signals, settings, log, notifier, stopping });
    return 0;
  } finally {
    notifier.dispose();
    launcher.remove();
    signals.dispose();
  }
}

interface Reloaded {
  settings: Settings;
  keys: Keyring;
  registry: Registry;
  log: Log;
}

/** What SIGHUP asks for. A key file that cannot be used leaves the keys as they were. */
function reloadAll({ settings, keys, registry, log }: Reloaded): void {
  try {
    keys.reload();
    log.info("reloaded keys and registry", { models: registry.current().entries.size });
    warnOfKeyFile(settings, log);
  } catch (error) {
    log.error(`the API keys stay as they were: ${toOvError(error).message}`);
  }
}

function warnOfKeyFile(settings: Settings, log: Log): void {
  const warning = findKeyFileWarning(settings);
  if (warning !== null) log.warn(warning);
}

/** The start ends here when no engine can run, instead of every request later. */
function requireRuntime({ runtimeDir }: Settings): void {
  if (existsSync(runtimePython(runtimeDir))) return;
  throw new OvError(
    "engine_unavailable",
    `No engine is installed in "${runtimeDir}": run \`ov-llm setup\`, then start the server again.`,
  );
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
  engine: { read: () => EngineState };
  keys: Keyring;
  metrics: Metrics;
  stopping: { readonly now: boolean };
}

function createAppFor({ settings, log, pool, registry, catalog, engine, keys, metrics, stopping }: AppParts) {
  const started = new Date();
  return createApp({
    ...settings,
    log,
    catalog,
    pool,
    keys,
    metrics,
    running: createRunningRequests(),
    facts: createFactsReader(),
    readHealth: () => readHealth({ version, started, registry, catalog, pool, engine: engine.read }),
    readReadiness: () => findReasonsNotToServe(engine.read(), stopping.now),
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
  signals: Signals;
  settings: Settings;
  log: Log;
  notifier: Notifier;
  /** Set here, read by /health/ready. */
  stopping: { now: boolean };
}

async function stopWhenTold(running: Running): Promise<void> {
  const { listener, pool, signals, settings, log, notifier } = running;
  const name = await signals.first;
  running.stopping.now = true;
  notifier.stopping();
  log.info(`${name}: stopping, running requests may end`, { seconds: settings.drainSeconds });
  await Promise.race([pool.close(settings.drainSeconds), signals.second.then(() => pool.close(0))]);
  const answered = listener.stop();
  // The last answers are on their way; idle connections of pooled clients would stay for good.
  await Promise.race([answered, Bun.sleep(500)]);
  listener.kill();
  log.info("stopped");
}

function toUrl({ host, port }: Listener): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
