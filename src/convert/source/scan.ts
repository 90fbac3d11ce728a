import { type Dirent, existsSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OvError, toSystemCode } from "../../errors.ts";
import { tryStat } from "../../files.ts";
import { isOpenVinoFolder, tryList } from "../../models/files.ts";
import { listGgufModels, toGgufRole } from "../../models/gguf-files.ts";
import { hasWeights } from "../../models/gguf-folder.ts";
import { findCachedModel, listFolders } from "../../models/hub-cache.ts";
import type { Manifest } from "../../models/manifest.ts";
import { toRealPath } from "../../models/paths.ts";
import { lookAtReady } from "./ready.ts";
import type { Place, Source } from "./source.ts";
import { lookAtWeights } from "./weights.ts";

export interface Skipped {
  folder: string;
  path: string;
  /** As a clause, with the next step where there is one. */
  reason: string;
}

export interface Scan {
  found: Source[];
  skipped: Skipped[];
}

export interface ScanOptions {
  modelSrc: string;
  modelOg: string;
  modelOut: string;
  /** null: what each model's files show. */
  task: string | null;
  /** What was converted before. */
  manifests: readonly Manifest[];
  /** Paths that the registry has, by real path, with their names. */
  registered: ReadonlyMap<string, string>;
  /** Names in `modelSrc`: nothing else in it is looked at. Absent: everything is. */
  only?: readonly string[];
  /** Whether a model is to be converted although it was before. */
  again: (folder: string, before: Manifest) => boolean;
}

/** Judges each model in `modelSrc`, in the order of their names. Throws when `modelSrc` cannot be read. */
export async function scanSources(options: ScanOptions): Promise<Scan> {
  const scan: Scan = { found: [], skipped: [] };
  for (const { name } of listSources(options.modelSrc)) {
    if (options.only?.includes(name) === false) continue;
    const path = join(options.modelSrc, name);
    if (name.startsWith(".") || isOwn(path, options)) continue;
    for (const place of toPlaces(name, name, path)) {
      const result = await look(place, options);
      const { folder } = place;
      if (result === null) continue;
      if (typeof result === "string") scan.skipped.push({ folder, path: place.path, reason: result });
      else scan.found.push(result);
    }
  }
  return scan;
}

/** The place itself, the snapshot in a folder of the hub's cache, or the models one folder deeper, as in `owner/model`. */
function toPlaces(folder: string, label: string, path: string): Place[] {
  const cached = findCachedModel(label, path);
  if (cached !== null) return [{ folder, label: cached.name, path: cached.snapshot ?? path }];
  const files = tryList(path);
  if (files === null || files.some(isOfModel)) return [{ folder, label, path }];
  const inner = listFolders(path).filter((one) => {
    const name = basename(one);
    return findCachedModel(name, one) !== null || (tryList(one) ?? []).some(isOfModel);
  });
  const deeper = inner.filter((one) => !["original", "snapshots"].includes(basename(one)));
  if (deeper.length === 0) return [{ folder, label, path }];
  return deeper.flatMap((one) => toPlaces(`${folder}/${basename(one)}`, basename(one), one));
}

/** Whether a file shows that its folder is meant to be a model. */
function isOfModel(name: string): boolean {
  return /^(config|params|adapter_config|model_index|modules)\.json$|\.(safetensors|gguf|bin|pth)$|^openvino_/.test(
    name,
  );
}

function listSources(modelSrc: string): Dirent[] {
  try {
    const entries = readdirSync(modelSrc, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = toSystemCode(error) ?? error;
    if (code === "ENOENT") return [];
    const what = `Cannot read the folder of models "${modelSrc}" (${code})`;
    const next = "Make it readable or set OV_MODEL_SRC.";
    throw new OvError("invalid_setting", { what, next }, { param: "OV_MODEL_SRC", cause: error });
  }
}

/** Whether originals or converted models are kept at that path. */
export function isOwn(
  path: string,
  { modelOg, modelOut }: Pick<ScanOptions, "modelOg" | "modelOut">,
): boolean {
  return [modelOg, modelOut].map(toRealPath).includes(toRealPath(path));
}

/** The source, why it is not one, or null for what nobody would take for a model. */
async function look(place: Place, options: ScanOptions): Promise<Source | string | null> {
  const { folder, path } = place;
  const found = tryStat(path);
  if (found === null) return "it is a broken link";
  if (found.isDirectory()) return await lookInside(place, options);
  if (!folder.endsWith(".gguf") || isBeside(path)) return null;
  return await lookAtReady("gguf", place, options);
}

/** Whether it belongs to another file there: a later part of a split model, or an encoder for images. */
function isBeside(path: string): boolean {
  const role = toGgufRole(basename(path));
  return role.role === "projector" || (role.role === "part" && existsSync(join(dirname(path), role.first)));
}

async function lookInside(place: Place, options: ScanOptions): Promise<Source | string> {
  const { folder, path } = place;
  const files = tryList(path);
  if (files === null) return "it cannot be read: change its permissions";
  if (isOpenVinoFolder(files)) {
    return await lookAtReady("openvino", place, options);
  }
  const before = options.manifests.find(
    (manifest) => manifest.source_path === path && !options.again(folder, manifest),
  );
  if (before !== undefined) {
    return `already converted to ${before.weight_format} as "${before.name}" (--overwrite converts it again)`;
  }
  const models = hasWeights(files) ? [] : listGgufModels(files);
  const [only, ...others] = models;
  if (only === undefined) return lookAtWeights(place, files, options);
  if (others.length === 0) return await lookAtReady("gguf", { ...place, path: join(path, only) }, options);
  return `it holds several .gguf models (${models.join(", ")}): register one with \`ov-llm models add "${path}" --quant FORMAT\``;
}
