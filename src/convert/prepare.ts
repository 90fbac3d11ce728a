import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Settings } from "../config/settings.ts";
import { OvError } from "../errors.ts";
import { listConverted } from "../models/manifests.ts";
import { createRegistry, type Snapshot } from "../registry/watcher.ts";
import type { ConvertOptions } from "./options.ts";
import { type Planned, toPlan } from "./plan.ts";
import { type Scan, scanSources, toReal } from "./scan.ts";
import { type Selection, select } from "./select.ts";

/** The registry as it is; throws when it cannot be understood, as nothing could be entered into it then. */
export function readRegistry({ registryPath }: Settings): Snapshot {
  const registry = createRegistry({ path: registryPath, onChange: () => {}, onProblem: () => {} });
  const snapshot = registry.current();
  if (snapshot.reason !== null) throw new OvError("registry_invalid", snapshot.reason);
  return snapshot;
}

/** Makes the folders that are written to; throws when one cannot be written, before hours of work. */
export function requireWritable({ modelOut, modelOg, registryPath }: Settings, copy: boolean): void {
  const folders = [
    ["OV_MODEL_OUT", modelOut],
    ["OV_REGISTRY_PATH", dirname(registryPath)],
    ...(copy ? [] : [["OV_MODEL_OG", modelOg]]),
  ];
  for (const [setting = "", folder = ""] of folders) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new OvError(
        "invalid_setting",
        `Cannot write to "${folder}" (${reason}). Make it writable or set ${setting}.`,
        { param: setting, cause: error },
      );
    }
  }
}

/** What there is to convert; `only` of the selection may name what was converted to another format before. */
export function findSources(options: ConvertOptions, selection: Selection): Scan {
  const { settings } = options.loaded;
  const { task, weightFormat, modelSrc } = settings;
  const { manifests } = listConverted(settings.modelOut);
  const registered = new Map(
    [...readRegistry(settings).entries].map(([name, { path }]) => [toReal(path), name]),
  );
  const scan = scanSources({
    ...settings,
    manifests,
    registered,
    again: (folder, before) =>
      options.overwrite ||
      (selection.only.includes(folder) && !(before.task === task && before.weight_format === weightFormat)),
  });
  return select(scan, selection, modelSrc);
}

export function planSources(
  { found }: Scan,
  names: ReadonlyMap<string, string>,
  options: ConvertOptions,
): Planned[] {
  const { settings } = options.loaded;
  const { manifests, names: folders } = listConverted(settings.modelOut);
  const { entries, problems } = readRegistry(settings);
  const aliases = [...entries.values()].flatMap(({ aliases: more = [] }) => more);
  const taken = new Set([...entries.keys(), ...problems.map(({ name }) => name), ...aliases, ...folders]);
  const registered = new Map([...entries].map(([name, { path }]) => [toReal(path), name]));
  return toPlan({
    ...settings,
    sources: found,
    names,
    isTaken: (name) => taken.has(name),
    exists: existsSync,
    earlierName(path) {
      const before = manifests.find(({ source_path }) => source_path === path);
      return before && (registered.get(toReal(before.converted_path)) ?? before.name);
    },
    copy: options.copy || toReal(settings.modelSrc) === toReal(settings.modelOg),
    overwrite: options.overwrite,
  });
}

/** Where `owner/repo` is fetched to. */
export function toDownloadFolder(repo: string, { modelSrc }: Settings): string {
  return join(modelSrc, basename(repo));
}
