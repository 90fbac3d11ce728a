import type { EditModels } from "../api/ollama/manage.ts";
import type { ModelActionsDeps } from "../api/operate/models.ts";
import { renderBytes } from "../bytes.ts";
import type { Settings } from "../config/settings.ts";
import type { Engines } from "../engine/kinds/engines.ts";
import { createLoader } from "../engine/loader.ts";
import { createMemory } from "../engine/memory/memory.ts";
import type { ObserveModel } from "../engine/model/events.ts";
import { createPool, type Pool } from "../engine/pool/pool.ts";
import { createPreloads, type Preloads } from "../engine/pool/preloads.ts";
import { forgetCopies } from "../library/copies.ts";
import { changeAliases, removeEntry, setEntry } from "../library/edit.ts";
import type { Log } from "../log.ts";
import { createRegistry, type Registry } from "../registry/registry.ts";
import type { Catalog } from "../serving/catalog.ts";
import type { Events } from "../serving/events.ts";

interface Base {
  settings: Settings;
  log: Log;
}

export function createPoolFor({
  settings,
  log,
  engines,
  events,
}: Base & { engines: Engines; events: Events }): Pool {
  const observe: ObserveModel = (event) => events.publish({ topic: "model", ...event });
  const memory = createMemory(settings);
  const { kvCacheGb } = memory;
  const { bytes, source } = memory.budget([]);
  log.info("memory for models", {
    budget: renderBytes(bytes),
    from: source,
    kv_cache: `${kvCacheGb} GB`,
  });
  const load = createLoader({ ...settings, engines, kvCacheGb, log, observe });
  return createPool({ ...settings, log, memory, load, observe });
}

/** What OV_PRELOAD names, and the pinned models. */
export function createPreloadsFor({
  settings,
  log,
  pool,
  catalog,
}: Base & { pool: Pool; catalog: Catalog }): Preloads {
  const isPinned = ({ entry }: ReturnType<Catalog["list"]>[number]) => entry.pinned === true;
  return createPreloads({
    pool,
    log,
    names: settings.preload,
    resolve: (name) => catalog.toTarget(catalog.resolve(name)),
    pinned: () => catalog.list().filter(isPinned).map(catalog.toTarget),
  });
}

/** The changes of the registry that clients of Ollama's API may make. */
export function createEditsFor(
  settings: Pick<Settings, "registryPath" | "modelCacheDir">,
): EditModels & ModelActionsDeps["editModels"] {
  const { registryPath } = settings;
  return {
    remove: async (name) => forgetCopies(settings, await removeEntry(registryPath, name)),
    async addAlias(name, alias) {
      await changeAliases(registryPath, name, { add: [alias] });
    },
    async removeAlias(name, alias) {
      await changeAliases(registryPath, name, { remove: [alias] });
    },
    async pin(name, isPinned) {
      await setEntry(registryPath, name, [`pinned=${isPinned}`], { force: false });
    },
  };
}

export function createRegistryFor({
  settings,
  log,
  pool,
  events,
  catalog,
  onChanged,
}: Base & { pool: Pool; events: Events; catalog: () => Catalog; onChanged: () => void }): Registry {
  return createRegistry({
    path: settings.registryPath,
    onChange: ({ added, changed, removed }) => {
      events.publish({ topic: "registry", type: "changed", added, changed, removed });
      const [more, other, fewer] = [added, changed, removed].map((names) => names.join(",") || undefined);
      log.info("registry reloaded", { added: more, changed: other, removed: fewer });
      pool.reconcile(catalog().list().map(catalog().toTarget));
      onChanged();
    },
    onProblem: (reason) => {
      events.publish({ topic: "registry", type: "problem", reason });
      log.warn(reason);
    },
  });
}
