import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../config/settings.ts";
import { listConverted } from "../../models/manifests.ts";
import { toRealPath } from "../../models/paths.ts";
import type { Snapshot } from "../../registry/registry.ts";
import { listOtherNames } from "../../registry/schema.ts";
import { type Scan, scanSources } from "../source/scan.ts";
import { type Selection, select } from "../source/select.ts";
import type { Int4Wishes } from "./int4.ts";
import { readInt4Machine } from "./int4-machine.ts";
import { type Planned, toPlan } from "./plan.ts";
import { readRegistry } from "./prepare.ts";

export interface SourceOptions {
  settings: Settings;
  /** Convert again, and replace models of the same name. */
  overwrite: boolean;
  /** Originals stay where they are. */
  copy: boolean;
  /** For int4. */
  int4: Int4Wishes;
}

/** The models of OV_MODEL_SRC that are to be converted. `only` may name one that already was, for another format. */
export async function findSources(
  { settings, overwrite }: SourceOptions,
  selection: Selection,
): Promise<Scan> {
  const { task, weightFormat, modelSrc, modelOut } = settings;
  const { only } = selection;
  // A path may lie in a folder full of other things. What is not there is explained by what is.
  const isNarrow = only.length > 0 && only.every((name) => existsSync(join(modelSrc, name)));
  const scan = await scanSources({
    ...settings,
    ...(isNarrow && { only: only.map((name) => name.split("/")[0] ?? name) }),
    manifests: listConverted(modelOut).manifests,
    registered: toRegistered(readRegistry(settings)),
    again: (folder, before) =>
      overwrite ||
      (selection.only.includes(folder) &&
        !((task ?? before.task) === before.task && before.weight_format === weightFormat)),
  });
  return select(scan, selection, modelSrc);
}

/** What is made of them, given the names that were asked for (by path). */
export function planSources(
  { found }: Scan,
  names: ReadonlyMap<string, string>,
  { settings, overwrite, copy, int4 }: SourceOptions,
): Planned[] {
  const { manifests, names: folders } = listConverted(settings.modelOut);
  const registry = readRegistry(settings);
  const taken = new Set([...listNames(registry), ...folders]);
  const registered = toRegistered(registry);
  return toPlan({
    ...settings,
    sources: found,
    names,
    isTaken: (name) => taken.has(name),
    formatOf: (name) => registry.entries.get(name)?.weight_format,
    exists: existsSync,
    earlierName(path) {
      const before = manifests.find(({ source_path }) => source_path === path);
      return before && (registered.get(toRealPath(before.converted_path)) ?? before.name);
    },
    copy: copy || toRealPath(settings.modelSrc) === toRealPath(settings.modelOg),
    overwrite,
    int4: { wishes: int4, machine: readInt4Machine(settings.device) },
  });
}

/** Names by real path. */
function toRegistered({ entries }: Snapshot): Map<string, string> {
  return new Map([...entries].map(([name, { path }]) => [toRealPath(path), name]));
}

/** Broken entries, aliases and presets hold their names, too. */
function listNames({ entries, problems }: Snapshot): string[] {
  const aliases = [...entries.values()].flatMap(listOtherNames);
  return [...entries.keys(), ...problems.map(({ name }) => name), ...aliases];
}
