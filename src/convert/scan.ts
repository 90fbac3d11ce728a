import { type Dirent, lstatSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { OvError } from "../errors.ts";
import { findUnsupported, HfConfig, readJsonFile, toWidths } from "../models/hf-config.ts";
import type { Manifest } from "../models/manifest.ts";
import { toRealPath as toReal } from "../models/paths.ts";
import { findOpenVinoFormat, toGgufFormat } from "../models/ready-made.ts";
import { readWeights } from "../models/weights.ts";

/** A model that was found and can be made servable. */
export type Source = ExportSource | ReadySource;

export interface ExportSource {
  kind: "export";
  folder: string;
  path: string;
  /** Of the weight files, in bytes. */
  bytes: number;
  parameters: number;
  /** Widths of its weight matrices, as far as its config.json tells them. */
  widths: number[];
  /** Python files of its own would run. */
  hasCode: boolean;
  /** It is a link, or has links out of itself: a move would break them. */
  isLink: boolean;
}

/** It needs no export, only an entry in the registry. */
export interface ReadySource {
  kind: "openvino" | "gguf";
  folder: string;
  path: string;
  bytes: number;
  weightFormat: string;
}

export interface Skipped {
  folder: string;
  path: string;
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
  task: string;
  /** What was converted before. */
  manifests: readonly Manifest[];
  /** Paths that the registry has, by real path, with their names. */
  registered: ReadonlyMap<string, string>;
  /** Whether a model is to be converted although it was before. */
  again: (folder: string, before: Manifest) => boolean;
}

/** Looks at each folder and file directly in `modelSrc`, in the order of their names. Throws when it cannot be read. */
export function scanSources(options: ScanOptions): Scan {
  const scan: Scan = { found: [], skipped: [] };
  for (const entry of listSources(options.modelSrc)) {
    const path = join(options.modelSrc, entry.name);
    if (entry.name.startsWith(".") || isOwn(path, options)) continue;
    const result = look(entry.name, path, options);
    if (result === null) continue;
    if (typeof result === "string") scan.skipped.push({ folder: entry.name, path, reason: result });
    else scan.found.push(result);
  }
  return scan;
}

function listSources(modelSrc: string): Dirent[] {
  try {
    const entries = readdirSync(modelSrc, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    if (code === "ENOENT") return [];
    throw new OvError(
      "invalid_setting",
      `Cannot read the folder of models "${modelSrc}" (${code}). Make it readable or set OV_MODEL_SRC.`,
      { cause: error },
    );
  }
}

function isOwn(path: string, { modelOg, modelOut }: ScanOptions): boolean {
  return [modelOg, modelOut].map(toReal).includes(toReal(path));
}

/** The source, a reason why it is none, or null for what nobody would take for a model. */
function look(folder: string, path: string, options: ScanOptions): Source | string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return "it is a link that leads nowhere";
  if (found.isDirectory()) return lookInside(folder, path, options);
  if (!folder.endsWith(".gguf")) return null;
  const name = options.registered.get(toReal(path));
  if (name !== undefined) return `already registered as "${name}"`;
  if (found.size === 0) return "incomplete download: it is empty";
  return { kind: "gguf", folder, path, bytes: found.size, weightFormat: toGgufFormat(folder) };
}

function lookInside(folder: string, path: string, options: ScanOptions): Source | string {
  const files = tryList(path);
  if (files === null) return "it cannot be read: change its permissions";
  if (files.includes("openvino_model.xml")) {
    const name = options.registered.get(toReal(path));
    return name === undefined ? lookAtOpenVino(folder, path, files) : `already registered as "${name}"`;
  }
  const before = options.manifests.find(
    (manifest) => manifest.source_path === path && !options.again(folder, manifest),
  );
  if (before !== undefined) {
    return `already converted to ${before.weight_format} as "${before.name}" (--overwrite converts it again)`;
  }
  return lookAtWeights(folder, path, files, options);
}

function lookAtOpenVino(folder: string, path: string, files: string[]): Source | string {
  const wanted = ["openvino_model.bin", "openvino_tokenizer.xml", "openvino_detokenizer.xml"];
  const missing = wanted.filter((name) => !files.includes(name));
  if (missing.length > 0) return `an OpenVINO model that is not whole: ${missing.join(", ")} missing`;
  const bytes = statSync(join(path, "openvino_model.bin")).size;
  return { kind: "openvino", folder, path, bytes, weightFormat: findOpenVinoFormat(folder, path) };
}

function lookAtWeights(folder: string, path: string, files: string[], options: ScanOptions): Source | string {
  if (!files.includes("config.json")) return describeOther(files);
  const config = readJsonFile(join(path, "config.json"), HfConfig);
  if (config === null) return "its config.json cannot be understood";
  const weights = readWeights(path, files);
  if ("problem" in weights) return weights.problem;
  const unsupported = findUnsupported(config, options.task);
  if (unsupported !== null) return unsupported;
  if (!files.some((name) => tokenizerFile.test(name))) return "no tokenizer in it: fetch it whole";
  return {
    kind: "export",
    folder,
    path,
    ...weights,
    widths: toWidths(config),
    hasCode: config.auto_map !== undefined,
    isLink: isLink(path) || files.some((name) => leadsOut(join(path, name))),
  };
}

const tokenizerFile =
  /^(tokenizer\.json|tokenizer\.model|tekken\.json|vocab\.(json|txt)|spiece\.model|sentencepiece\.bpe\.model|.*\.tiktoken)$/;

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

/** As the files of the hub's own cache, which are relative links to its blobs. */
function leadsOut(path: string): boolean {
  return isLink(path) && readlinkSync(path).startsWith("..");
}

/** In words a person can act on. */
function describeOther(files: readonly string[]): string {
  if (files.includes("adapter_config.json")) return "an adapter (LoRA), no whole model: merge it first";
  if (files.includes("model_index.json")) return "unsupported architecture: a model that makes images";
  if (files.some((name) => name.endsWith(".gguf"))) return "it holds .gguf files: move them up one folder";
  return "no config.json in it, so no Hugging Face model";
}

function tryList(path: string): string[] | null {
  try {
    return readdirSync(path);
  } catch {
    return null;
  }
}

export { toReal };
