import { Health } from "../../src/api/operate/health.ts";
import type { LoadedSettings } from "../../src/config/load.ts";
import { probeEngines } from "../../src/engine/kinds/engines.ts";
import { findDoubts } from "../../src/library/doubts.ts";
import { readModels } from "../../src/library/edit.ts";
import { parseEntries } from "../../src/registry/schema.ts";
import { askServer, findServer } from "../server.ts";

/**
 * Why what `ov-llm models set` has set will not work as things are now, as sentences. `assignments`: as the command takes
 * them.
 */
export async function findSetDoubts(
  loaded: LoadedSettings,
  name: string,
  assignments: readonly string[],
): Promise<string[]> {
  const { registryPath, modelCacheDir } = loaded.settings;
  const { entries } = parseEntries(readModels(registryPath));
  const entry = entries.get(name);
  if (entry === undefined) return [];
  const set = assignments.filter((one) => !one.endsWith("="));
  const keys = new Set(set.map((one) => /^[^.=]*/.exec(one)?.[0] ?? ""));
  const pathOf = (model: string) => entries.get(model)?.path;
  const readEngines = () => readReadyEngines(loaded);
  return await findDoubts({ name, entry, keys }, { modelCacheDir, pathOf, readEngines });
}

/** From the running server, which has looked; else they are started to see, which takes a second. */
async function readReadyEngines({ settings, variables }: LoadedSettings) {
  const health = await askServer(findServer({}), "/health", Health, 2).catch(() => null);
  const seen = health?.engines.filter(({ state }) => state === "ready") ?? [];
  if (seen.length > 0) return seen;
  const reports = await probeEngines({ ...settings, variables }).catch(() => []);
  return reports.filter(({ state }) => state === "ready");
}
