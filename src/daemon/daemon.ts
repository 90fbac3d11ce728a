import { readKeys } from "../config/keys.ts";
import type { LoadedSettings } from "../config/load.ts";
import { reportChanges, reportSettings } from "../config/report.ts";
import { findWarnings } from "../config/warnings.ts";
import { createEngines } from "../engine/kinds/engines.ts";
import { createKeyring } from "../http/auth.ts";
import { createRequestLog } from "../http/log.ts";
import { nameProcess } from "../linux/proc.ts";
import { createSignals } from "../linux/signals.ts";
import { createNotifier } from "../linux/systemd.ts";
import { createLog } from "../log.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createFilesCheck } from "../models/files-check.ts";
import { createStampReader, oncePerTurn } from "../models/stamp.ts";
import { createCatalog } from "../serving/catalog.ts";
import { createEvents } from "../serving/events.ts";
import { findModelProblems } from "../serving/model-problems.ts";
import { createRecent } from "../serving/recent.ts";
import { version } from "../version.ts";
import { createAppsFor } from "./app.ts";
import { createFindEngineProblem, logEngines } from "./engine-state.ts";
import { createRequestFiles } from "./files.ts";
import { openListeners } from "./listeners.ts";
import { readModelTask } from "./model-path.ts";
import { createPoolFor, createPreloadsFor, createRegistryFor } from "./models.ts";
import { createProblemLog } from "./problem-log.ts";
import { createPullLog, createPullsFor } from "./pulls.ts";
import { createReload } from "./reload.ts";
import { stopOnSignal } from "./stop.ts";
import { createDaemonThreads } from "./threads.ts";

/** The composition root: wires all parts, serves until a signal ends it, resolves to the exit code. */
export async function runDaemon(loaded: LoadedSettings): Promise<number> {
  const { settings, variables } = loaded;
  nameProcess("ov-llm");
  const log = createLog({
    level: settings.logLevel,
    format: settings.logFormat,
    // journald stamps each line itself.
    timestamps: variables.JOURNAL_STREAM === undefined,
    write: (line) => void process.stderr.write(line),
  });
  const isTerminal = process.stderr.isTTY && settings.logLevel !== "debug";
  log.info(`ov-llm ${version} starts`, isTerminal ? reportChanges(loaded) : reportSettings(loaded));
  const keys = createKeyring(() => readKeys(settings));
  for (const warning of findWarnings(loaded)) log.warn(warning);
  // The start ends here when no engine can run, instead of every request later.
  const engines = createEngines({ ...settings, variables });
  const notifier = createNotifier({ variables, pid: process.pid });
  const metrics = createMetrics({ version, readModels: () => pool.status() });
  const events = createEvents();
  events.subscribe(createRequestLog(log));
  events.subscribe(metrics.observe);
  const recent = createRecent(Date.now);
  events.subscribe(recent.observe);
  events.subscribe(createPullLog(log));
  const pulls = createPullsFor({ loaded, events });
  const pool = createPoolFor({ settings, log, engines, events });
  const registry = createRegistryFor({
    settings,
    log,
    pool,
    events,
    catalog: () => catalog,
    onChanged: () => logProblems(),
  });
  const findFilesProblem = createFilesCheck();
  const modelTask = await readModelTask(settings.modelPath, { findFilesProblem, log });
  const readStamp = oncePerTurn(createStampReader());
  const catalog = createCatalog({ ...settings, registry, modelTask, readStamp });
  const findEngineProblem = createFindEngineProblem(engines, settings);
  const find = () => findModelProblems({ catalog, pool, findEngineProblem, findFilesProblem });
  const logProblems = createProblemLog({
    log,
    events,
    find,
    findDefaultProblem: catalog.defaultProblem,
  });
  const preloads = createPreloadsFor({ settings, log, pool, catalog });
  const stopping = { now: false };
  const threads = createDaemonThreads();
  const files = createRequestFiles();
  const signals = createSignals({
    onReload: createReload({ settings, log, keys, registry, notifier }),
    inTerminal: process.stdin.isTTY,
  });
  try {
    registry.current();
    const apps = createAppsFor({
      loaded,
      log,
      pool,
      registry,
      catalog,
      engines,
      keys,
      metrics,
      recent,
      pulls,
      events,
      preloads,
      threads,
      files,
      findFilesProblem,
      stopping,
    });
    const listeners = openListeners(apps, settings, log);
    const { url } = listeners;
    log.info("serving", { url, pid: process.pid, models: catalog.list().length });
    notifier.ready(`Serving on ${url}`);
    void logEngines(engines, settings, log).then(logProblems);
    void preloads.run();
    await stopOnSignal({ listeners, pool, pulls, events, signals, settings, log, notifier, stopping });
    return 0;
  } finally {
    notifier.dispose();
    threads.dispose();
    files.dispose();
    engines.dispose();
    signals.dispose();
  }
}
