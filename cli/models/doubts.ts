import { Health } from "../../src/api/operate/health.ts";
import type { LoadedSettings } from "../../src/config/load.ts";
import { probeEngines } from "../../src/engine/kinds/engines.ts";
import { type EngineFacts, findDoubts } from "../../src/library/doubts.ts";
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
  const readEngines = (wanted: string) => readEngineFacts(loaded, wanted);
  return await findDoubts({ name, entry, keys }, { modelCacheDir, pathOf, readEngines });
}

/**
 * From the running server, which has looked, if it can use what is wanted. It may have looked before that was installed: else they
 * are started to see, which takes a second.
 */
async function readEngineFacts(
  { settings, variables }: LoadedSettings,
  wanted: string,
): Promise<EngineFacts[]> {
  const seen = await readServerEngines();
  const ready = seen.filter(({ state }) => state === "ready").map(({ name }) => name);
  if (wanted === "auto" ? ready.length > 0 : ready.includes(wanted)) {
    return seen.map((engine) => ({ ...engine, isSeen: true }));
  }
  const reports = await probeEngines({ ...settings, variables }).catch(() => []);
  const lacks = (name: string) => seen.some((one) => one.name === name && isLacking(one.state));
  return reports.map((engine) => ({ ...engine, isSeen: !lacks(engine.name) }));
}

const isLacking = (state: string) => state === "missing" || state === "broken";

/** Empty: no server runs, or it cannot be asked. */
async function readServerEngines(): Promise<Health["engines"]> {
  try {
    return (await askServer(findServer({}), "/health", Health, 2)).engines;
  } catch {
    return [];
  }
}
