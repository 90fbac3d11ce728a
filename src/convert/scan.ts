import { type Dirent, existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OvError, toReason } from "../errors.ts";
import { findNetworkFolder, readEmbedding } from "../models/embedding.ts";
import { isOpenVinoFolder } from "../models/files.ts";
import { describeModel } from "../models/folder.ts";
import { listGgufModels, toGgufRole } from "../models/gguf-files.ts";
import { hasWeights } from "../models/gguf-folder.ts";
import { type HfFolder, hasTokenizerFiles, readHfFolder } from "../models/hf-folder.ts";
import { findCachedModel, listFolders } from "../models/hub-cache.ts";
import type { Manifest } from "../models/manifest.ts";
import { toRealPath } from "../models/paths.ts";
import { findMissingTokenizers } from "../models/problems.ts";
import { findQuantizationProblem } from "../models/quantization.ts";
import { isServed, mainOperation, mayBeExported, renderUnserved, usualTask } from "../models/tasks.ts";
import { findWay, type OtherTransformers } from "./windows.ts";

/** A model that can be served once it is converted, or only registered. */
export type Source = ExportSource | ReadySource;

export interface ExportSource extends Pick<HfFolder, "bytes" | "parameters" | "widths" | "code" | "isLink"> {
  kind: "export";
  /** Its path within OV_MODEL_SRC, by which it is chosen. */
  folder: string;
  /** What its name is made of. */
  label: string;
  path: string;
  /** The one that was asked for, else as its files show it. */
  task: string;
  /** As the exporter knows it: rerankers are exported for what their networks do. */
  exportTask: string;
  /** What it is exported with in place of the converter's own; null: that. */
  transformers: OtherTransformers | null;
}

/** It needs no export, only an entry in the registry. */
export interface ReadySource {
  kind: "openvino" | "gguf";
  folder: string;
  label: string;
  path: string;
  bytes: number;
  weightFormat: string;
  /** As its files show it; otherwise the one that was asked for. */
  task: string;
  /** Its tokenizer must be converted first, of the files of transformers in its folder. */
  needsTokenizer: boolean;
}

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
  /** Whether a model is to be converted although it was before. */
  again: (folder: string, before: Manifest) => boolean;
}

/** Judges each model in `modelSrc`, in the order of their names. Throws when `modelSrc` cannot be read. */
export async function scanSources(options: ScanOptions): Promise<Scan> {
  const scan: Scan = { found: [], skipped: [] };
  for (const { name } of listSources(options.modelSrc)) {
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

/** Where a model may lie. */
interface Place {
  /** Its path within `modelSrc`. */
  folder: string;
  /** What it is called. */
  label: string;
  path: string;
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
    const code = error instanceof Error && "code" in error ? error.code : error;
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
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "it is a broken link";
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

async function lookAtReady(
  kind: ReadySource["kind"],
  { folder, label, path }: Place,
  { registered, task }: ScanOptions,
): Promise<Source | string> {
  const name = registered.get(toRealPath(path));
  if (name !== undefined) return `already registered as "${name}"`;
  try {
    const found = await describeModel(path, { bare: true });
    if (found.task !== null && !isServed(found.task)) return renderUnserved(found.task);
    const { weightFormat, weightsBytes: bytes } = found;
    const files = kind === "openvino" ? (tryList(path) ?? []) : [];
    const missing = kind === "openvino" ? findMissingTokenizers(new Set(files), found.task) : [];
    if (missing.length > 0 && !hasTokenizerFiles(files)) {
      return `it has no ${missing.join(" and no ")}, and no tokenizer.json to make them of: fetch it completely`;
    }
    const needsTokenizer = missing.length > 0;
    return {
      kind,
      folder,
      label,
      path,
      bytes,
      weightFormat,
      task: found.task ?? task ?? usualTask,
      needsTokenizer,
    };
  } catch (error) {
    if (!(error instanceof OvError) || error.facts.why === undefined) return toReason(error);
    const { why, next } = error.facts;
    return kind === "gguf" && next !== undefined ? `${why}: ${toClause(next)}` : why;
  }
}

function lookAtWeights(
  { folder, label, path }: Place,
  files: string[],
  { task }: ScanOptions,
): Source | string {
  const inner = files.includes("config.json") ? null : findNetworkFolder(path);
  if (inner !== null) {
    return `its network lies in its ${JSON.stringify(inner)}: move the files of that folder up, beside modules.json`;
  }
  const found = readHfFolder(path, files);
  if ("problem" in found) return found.problem;
  const { bytes, parameters, widths, code, isLink } = found;
  const wanted = task ?? found.task ?? usualTask;
  const exportTask = wanted === "text-ranking" ? (found.networks ?? usualTask) : wanted;
  const obstacle = findObstacle(found, wanted);
  if (obstacle !== null) return obstacle;
  const { problem } =
    mainOperation(wanted) === "embed" ? readEmbedding(path, { pickled: true }) : { problem: null };
  if (problem !== null) return `its embeddings cannot be made: ${problem}`;
  const way = findWay(found.modelType, exportTask, found.hasCode);
  return "problem" in way
    ? `unsupported architecture: ${way.problem}`
    : {
        kind: "export",
        folder,
        label,
        path,
        task: wanted,
        exportTask,
        transformers: way.transformers,
        bytes,
        parameters,
        widths,
        code,
        isLink,
      };
}

/** Why a complete model cannot be exported for the task, as a clause; null: it can be tried. */
function findObstacle(found: HfFolder, task: string): string | null {
  const { quantization, hasTokenizer } = found;
  const quantized = findQuantizationProblem(quantization);
  return (
    quantized ?? findMisfit(found, task) ?? (hasTokenizer ? null : "it has no tokenizer: fetch it completely")
  );
}

function findMisfit({ task: own, architectures, hasCode }: HfFolder, task: string): string | null {
  if (own !== null && mayBeExported(own, task)) return isServed(task) ? null : renderUnserved(task);
  if (own !== null && !isServed(own)) return renderUnserved(own);
  if (own !== null) return `it is a model for the task ${JSON.stringify(own)}`;
  if (architectures.length === 0) return null;
  // Custom code may name its architectures as it likes.
  if (hasCode && !architectures.some((name) => /For[A-Z]\w+$/.test(name))) return null;
  return `unsupported architecture: ${architectures.join(", ")} does not fit the task ${JSON.stringify(task)}`;
}

function tryList(path: string): string[] | null {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}

/** A sentence as the end of another. */
function toClause(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, "")}`;
}
